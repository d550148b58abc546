// LengthPrefixed: each frame is preceded by its size, as an unsigned integer of fixed width.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

#include "handlers/codec.h"

namespace edgewise {

// A value.
struct LengthPrefixedOptions {
  // Bytes of the largest frame that is accepted, its prefix not counted. A prefix that announces
  // more is refused as soon as the prefix has arrived, before anything is allocated for the frame.
  // A value that the prefix cannot express stands for the largest one that it can.
  std::size_t frame_bytes_max = std::size_t{1} << 20;
};

// A prefix of `kWidth` bytes (1, 2, 4 or 8) in `kOrder`, then that many bytes. The prefix does not
// count itself. A frame of zero bytes is legal.
//
// Threading: a value, used by one thread at a time. Ownership: none. Lifetime of views: a frame is
// a view of the bytes given to `Decode`. Limits: `frame_bytes_max`. `Decode` is inline and keeps no
// state: a frame that is all there costs one load, one byte swap and two comparisons.
//
//   server.Serve<edgewise::LengthPrefixed, Echo>();                    // 4 bytes, big-endian
//
//   using Small = edgewise::BasicLengthPrefixed<2, std::endian::little>;
//   Small codec({.frame_bytes_max = 512});
template <std::size_t kWidth = 4, std::endian kOrder = std::endian::big>
class BasicLengthPrefixed {
  static_assert(kWidth == 1 || kWidth == 2 || kWidth == 4 || kWidth == 8);

 public:
  // What every codec names (codec.h):
  using Frame = std::string_view;
  using Options = LengthPrefixedOptions;

  // Bytes of a prefix.
  static constexpr std::size_t kPrefixBytes = kWidth;
  // The reason given for a frame beyond `frame_bytes_max`.
  static constexpr const char* kTooLarge = "frame of more bytes than the maximum";

  BasicLengthPrefixed() : BasicLengthPrefixed(Options{}) {}
  // Takes the limit from `options`, at most what the prefix can express.
  explicit BasicLengthPrefixed(const Options& options)
      : frame_bytes_max_(std::min(options.frame_bytes_max, kExpressibleMax)) {}

  // The first frame of `bytes`, how many bytes it needs, or kTooLarge.
  Decoded<Frame> Decode(std::string_view bytes) {
    if (bytes.size() < kWidth) [[unlikely]] {
      return Decoded<Frame>::NeedMore(kWidth);
    }
    const auto announced = Swapped(Load(bytes.data()));
    if (announced > frame_bytes_max_) [[unlikely]] {
      return Decoded<Frame>::Malformed(kTooLarge);
    }
    const auto size = static_cast<std::size_t>(announced);
    if (bytes.size() - kWidth < size) [[unlikely]] {
      return Decoded<Frame>::NeedMore(kWidth + size);
    }
    return Decoded<Frame>::Of(std::string_view(bytes.data() + kWidth, size), kWidth + size);
  }

  // REQUIRES: payload_size <= frame_bytes_max().
  Envelope Encode(std::size_t payload_size) const {
    Envelope envelope;
    envelope.prefix = ShortBytes::OfMemory(Swapped(static_cast<Length>(payload_size)));
    envelope.prefix_size = static_cast<std::uint8_t>(kWidth);
    return envelope;
  }

  // The limit in force, in bytes without the prefix; it holds for what is sent, too.
  std::size_t frame_bytes_max() const { return frame_bytes_max_; }

 private:
  // clang-format off
  using Length = std::conditional_t<kWidth == 1, std::uint8_t,
                 std::conditional_t<kWidth == 2, std::uint16_t,
                 std::conditional_t<kWidth == 4, std::uint32_t, std::uint64_t>>>;
  // clang-format on

  // The second bound keeps prefix + frame within a size_t.
  static constexpr std::size_t kExpressibleMax = std::min<std::uint64_t>(
      std::numeric_limits<Length>::max(), std::numeric_limits<std::size_t>::max() / 2);

  static Length Load(const char* at) {
    Length length;
    std::memcpy(&length, at, kWidth);
    return length;
  }

  // Between this machine's byte order and that of the wire, either way.
  static constexpr Length Swapped(Length length) {
    if constexpr (kOrder == std::endian::native || kWidth == 1) {
      return length;
    } else if constexpr (kWidth == 2) {
      return __builtin_bswap16(length);
    } else if constexpr (kWidth == 4) {
      return __builtin_bswap32(length);
    } else {
      return __builtin_bswap64(length);
    }
  }

  std::size_t frame_bytes_max_;
};

// The usual one: four bytes, the highest first.
using LengthPrefixed = BasicLengthPrefixed<>;

static_assert(FramingCodec<LengthPrefixed>);

}  // namespace edgewise
