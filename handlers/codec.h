// Codec: how a stream of bytes is cut into frames, as a concept.
//
// A codec is a small value that each connection holds. `Decode` is called with all bytes that have
// arrived and are not consumed yet, from the start of a frame, again and again until it no longer
// answers with a frame. It must be a function of those bytes and of what it decoded before, never
// of how they were cut into segments: CheckAllSplits (split_checker.h) proves that for any codec.
//
//   struct MyCodec {
//     using Frame = std::string_view;
//     Decoded<Frame> Decode(std::string_view bytes);
//     Envelope Encode(std::size_t payload_size) const;   // what stands around an outgoing payload
//     std::size_t frame_bytes_max() const;               // of the largest payload; Encode needs it
//     std::string_view FarewellFor(CloseCause) const;    // optional: to a peer that was too slow
//                                                        // (kFrameTimeout, kBodyTimeout), or whose
//                                                        // memory is needed (kOverflow)
//     void EndFraming();                                 // optional: raw bytes from now on
//     ...
//   };
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace edgewise {

// What Decode found at the front of its input.
enum class DecodeStatus : std::uint8_t { kNeedMore, kFrame, kMalformed };

// The answer of one `Decode`. A value; `frame` may hold views into the bytes that were given and
// lives no longer than they do.
template <typename FrameType>
struct Decoded {
  // Which of the members below mean something.
  DecodeStatus status = DecodeStatus::kNeedMore;
  // kFrame: the frame.
  FrameType frame{};
  // kFrame: bytes that this frame took from the front of the input, at least 1.
  std::size_t consumed = 0;
  // kFrame: more of the same message follows. (A codec that delivers a message in parts says so of
  // all but the last; what is not over counts as begun, for timeouts and at the peer's end.)
  bool partial = false;
  // kNeedMore: how many bytes the input must have in all before it is worth asking again; more than
  // it has now. A hint for buffers, so it never exceeds the codec's own maximum.
  std::size_t need = 0;
  // kMalformed: why, in a few words that live for ever ("frame of more bytes than the maximum").
  const char* reason = nullptr;
  // kMalformed: what the protocol says to such a peer before the connection closes; may be empty.
  // Lives for ever.
  std::string_view farewell{};

  // `total_bytes`: see `need`.
  static Decoded NeedMore(std::size_t total_bytes) { return {.need = total_bytes}; }
  // A whole frame of `consumed` bytes.
  static Decoded Of(FrameType frame, std::size_t consumed) {
    return {.status = DecodeStatus::kFrame, .frame = frame, .consumed = consumed};
  }
  // A part of a message, with more of it to follow.
  static Decoded PartOf(FrameType frame, std::size_t consumed) {
    return {.status = DecodeStatus::kFrame, .frame = frame, .consumed = consumed, .partial = true};
  }
  // `reason` and `farewell` live for ever.
  static Decoded Malformed(const char* reason, std::string_view farewell = {}) {
    return {.status = DecodeStatus::kMalformed, .reason = reason, .farewell = farewell};
  }
};

// Up to eight bytes as one machine word, so that they stay in a register on their way out. A value.
class ShortBytes {
 public:
  constexpr ShortBytes() = default;
  // REQUIRES: at most eight.
  constexpr ShortBytes(std::initializer_list<char> bytes) : word_(WordOf(bytes)) {}
  // REQUIRES: at most eight.
  constexpr explicit ShortBytes(std::string_view bytes) : word_(WordOf(bytes)) {}
  // The bytes of `value` as they lie in this machine's memory.
  template <std::unsigned_integral Value>
  static constexpr ShortBytes OfMemory(Value value) {
    ShortBytes bytes;
    bytes.word_ = value;
    if constexpr (std::endian::native == std::endian::big) {
      bytes.word_ <<= 8 * (sizeof(word_) - sizeof(Value));
    }
    return bytes;
  }

  // Eight bytes, valid while this object is.
  const char* data() const { return reinterpret_cast<const char*>(&word_); }
  // The eight bytes as they lie in memory; those that were not given are 0.
  std::uint64_t word() const { return word_; }

 private:
  template <typename Bytes>
  static constexpr std::uint64_t WordOf(const Bytes& bytes) {
    std::array<char, sizeof(std::uint64_t)> all{};
    std::copy(bytes.begin(), bytes.end(), all.begin());
    return std::bit_cast<std::uint64_t>(all);
  }

  std::uint64_t word_ = 0;
};

// What a codec puts before and after an outgoing payload. A value.
struct Envelope {
  // The bytes, and how many of the eight of each are meant (0: nothing stands there):
  ShortBytes prefix{};
  ShortBytes suffix{};
  std::uint8_t prefix_size = 0;
  std::uint8_t suffix_size = 0;
};

// What a codec has at the least: a value with a type `Frame` and `Decode`.
template <typename C>
concept Codec = std::copyable<C> && requires(C codec, std::string_view bytes, std::size_t size) {
  typename C::Frame;
  { codec.Decode(bytes) } -> std::same_as<Decoded<typename C::Frame>>;
};

// A codec whose frames may be parts of a message (`Decoded::partial`) says so beforehand.
template <typename C>
concept PartialCodec = Codec<C> && C::kDeliversParts;

// A codec that can also frame what is sent. (An HTTP service writes responses, not frames.)
// `Encode` is only asked for sizes up to `frame_bytes_max()`.
template <typename C>
concept FramingCodec = Codec<C> && requires(const C codec, std::size_t size) {
  { codec.Encode(size) } -> std::same_as<Envelope>;
  { codec.frame_bytes_max() } -> std::convertible_to<std::size_t>;
};

}  // namespace edgewise
