// Words of eight bytes, each step a bijection of the state, so that a change in one word cannot be
// lost. Long pieces go through four states beside each other: one multiplication need not wait for
// the one before.
#include "reactor/kernel/recorded/content_hash.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace edgewise {
namespace {

// Odd, with ones and zeros in no order: the golden ratio's fraction, and the square root of two's.
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
constexpr std::uint64_t kRoot = 0x6a09e667f3bcc909;
constexpr std::size_t kWord = 8;
constexpr std::size_t kLanes = 4;

// The first byte lowest: the same number whatever the machine's byte order.
template <typename Unsigned>
std::uint64_t Load(const char* bytes) {
  Unsigned word;
  std::memcpy(&word, bytes, sizeof(word));
  if constexpr (std::endian::native == std::endian::little) return word;
  std::uint64_t turned = 0;
  for (std::size_t i = 0; i < sizeof(word); ++i) {
    turned |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return turned;
}

std::uint64_t Word(const char* bytes) { return Load<std::uint64_t>(bytes); }

// Of one to seven bytes: two loads that may overlap, or three bytes of which some may be one.
std::uint64_t ShortWord(std::string_view bytes) {
  const std::size_t size = bytes.size();
  if (size >= 4) {
    return Load<std::uint32_t>(bytes.data()) |
           (Load<std::uint32_t>(bytes.data() + size - 4) << (8 * (size - 4)));
  }
  const auto byte = [&bytes](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(bytes[i])};
  };
  return byte(0) | (byte(size / 2) << (8 * (size / 2))) | (byte(size - 1) << (8 * (size - 1)));
}

std::uint64_t Step(std::uint64_t state, std::uint64_t word) {
  return std::rotl((state ^ word) * kGolden, 29);
}

}  // namespace

std::uint64_t ContentHash(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t state = Step(seed ^ kRoot, bytes.size());
  if (bytes.size() >= kLanes * kWord) {
    std::array<std::uint64_t, kLanes> lanes{state, state ^ kGolden, state ^ kRoot, ~state};
    while (bytes.size() >= kLanes * kWord) {
      for (std::size_t i = 0; i < kLanes; ++i) {
        lanes[i] = Step(lanes[i], Word(bytes.data() + i * kWord));
      }
      bytes.remove_prefix(kLanes * kWord);
    }
    for (const std::uint64_t lane : lanes) state = Step(state, lane);
  }
  while (bytes.size() >= kWord) {
    state = Step(state, Word(bytes.data()));
    bytes.remove_prefix(kWord);
  }
  if (!bytes.empty()) state = Step(state, ShortWord(bytes));
  state = (state ^ (state >> 32)) * kRoot;
  return state ^ (state >> 29);
}

}  // namespace edgewise
