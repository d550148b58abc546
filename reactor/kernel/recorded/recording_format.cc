// Numbers, checksums, the header.
#include "reactor/kernel/recorded/recording_format.h"

#include <array>

#include "reactor/kernel/recorded/content_hash.h"

namespace edgewise {

void RecordingFormat::AppendNumber(std::string& bytes, std::int64_t number) {
  std::array<char, kNumberBytesMax> room;
  bytes.append(room.data(), PutNumber(room.data(), number));
}

bool RecordingFormat::TakeNumber(std::string_view& bytes, std::int64_t& number) {
  constexpr int kBits = 64;
  std::uint64_t bits = 0;
  std::size_t used = 0;
  for (int shift = 0; shift < kBits && used < bytes.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[used++]);
    bits |= (std::uint64_t{byte} & (kMore - 1)) << shift;
    if (byte >= kMore) continue;
    bytes.remove_prefix(used);
    number = static_cast<std::int64_t>((bits >> 1) ^ (0 - (bits & 1)));
    return true;
  }
  return false;
}

bool RecordingFormat::TakeField(CallField field, std::string_view& bytes, std::int64_t& number) {
  if (field != CallField::kHash) return TakeNumber(bytes, number);
  constexpr std::size_t kHashBytes = 8;
  if (bytes.size() < kHashBytes) return false;
  number =
      static_cast<std::int64_t>((std::uint64_t{FixedOf(bytes.substr(4))} << 32) | FixedOf(bytes));
  bytes.remove_prefix(kHashBytes);
  return true;
}

std::uint32_t RecordingFormat::FixedOf(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

std::uint32_t RecordingFormat::Checksum(std::uint64_t place, std::string_view head,
                                        std::string_view bytes) {
  std::uint64_t hash = ContentHash(head, place);
  if (!bytes.empty()) hash = ContentHash(bytes, hash);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

std::string RecordingFormat::Header(std::string_view note) {
  note = note.substr(0, kNoteBytesMax);
  std::array<char, 2 * 4> numbers;
  PutFixed(PutFixed(numbers.data(), kVersion), static_cast<std::uint32_t>(note.size()));
  const std::string_view head(numbers.data(), numbers.size());
  std::array<char, kChecksumBytes> checksum;
  PutFixed(checksum.data(), Checksum(0, head, note));
  std::string header(kMagic);
  header += head;
  header.append(checksum.data(), checksum.size());
  header += note;
  return header;
}

}  // namespace edgewise
