// Lines: text lines that end in LF or CRLF.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

#include "handlers/codec.h"

namespace edgewise {

// LF, or CR and LF.
enum class LineEnding : std::uint8_t { kLf, kCrLf };

// A value.
struct LinesOptions {
  // Bytes of the longest line that is accepted, its ending not counted; at most 2^32 - 3. A longer
  // one is refused when that many bytes have come without an ending, not when its ending comes.
  std::size_t line_bytes_max = std::size_t{64} << 10;
  // How outgoing lines end. Incoming ones may end either way, each as it likes.
  LineEnding outgoing = LineEnding::kLf;
};

// A frame is a line without its ending: without the LF, and without one CR before it. A line may be
// empty, and may hold any byte but LF. What comes after the last LF of a stream is no line.
//
// Threading: a value, used by one thread at a time. Ownership: none. Lifetime of views: a frame is
// a view of the bytes given to `Decode`. Limits: `line_bytes_max`. Each byte is searched once,
// however slowly a line arrives: the codec remembers how far it has looked.
//
//   edgewise::Lines codec({.line_bytes_max = 1024, .outgoing = edgewise::LineEnding::kCrLf});
//
// What is sent is not searched for LF: a payload with one in it is two lines to the peer.
class Lines {
 public:
  // What every codec names (codec.h):
  using Frame = std::string_view;
  using Options = LinesOptions;

  // The reason given for a line beyond `line_bytes_max`.
  static constexpr const char* kTooLong = "line of more bytes than the maximum";

  Lines() : Lines(Options{}) {}
  // Takes the limit from `options`, at most 2^32 - 3.
  explicit Lines(const Options& options)
      : line_bytes_max_(static_cast<std::uint32_t>(
            std::min<std::uint64_t>(options.line_bytes_max, kLineBytesMax))),
        outgoing_(options.outgoing) {}

  // The first line of `bytes`. REQUIRES: until it is complete, `bytes` begins each time with those
  // given before.
  Decoded<Frame> Decode(std::string_view bytes) {
    // A line at the maximum ends within this many bytes (CR and LF); beyond, it is too long.
    const std::size_t window = std::min(bytes.size(), frame_bytes_max() + 2);
    const void* const found =
        scanned_ < window ? std::memchr(bytes.data() + scanned_, '\n', window - scanned_) : nullptr;
    const std::size_t end =
        found ? static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) : window;
    // Unfinished, a CR at the very end may yet turn out to belong to the ending.
    const std::size_t size = end - (end > 0 && bytes[end - 1] == '\r' ? 1 : 0);
    if (size > line_bytes_max_) [[unlikely]] {
      return Decoded<Frame>::Malformed(kTooLong);
    }
    if (!found) [[unlikely]] {
      scanned_ = static_cast<std::uint32_t>(end);
      return Decoded<Frame>::NeedMore(end + 1);
    }
    scanned_ = 0;
    return Decoded<Frame>::Of(bytes.substr(0, size), end + 1);
  }

  // REQUIRES: payload_size <= frame_bytes_max().
  Envelope Encode(std::size_t /*payload_size*/) const {
    if (outgoing_ == LineEnding::kCrLf) {
      return {.suffix = {'\r', '\n'}, .suffix_size = 2};
    }
    return {.suffix = {'\n'}, .suffix_size = 1};
  }

  // The limit in force, in bytes without the ending; it holds for what is sent, too.
  std::size_t frame_bytes_max() const { return line_bytes_max_; }

 private:
  // Such that a whole line with its ending is counted in 32 bits.
  static constexpr std::uint64_t kLineBytesMax = std::numeric_limits<std::uint32_t>::max() - 2;

  std::uint32_t line_bytes_max_;
  // Bytes at the front of the input that are known to hold no LF.
  std::uint32_t scanned_ = 0;
  LineEnding outgoing_;
};

static_assert(FramingCodec<Lines>);

}  // namespace edgewise
