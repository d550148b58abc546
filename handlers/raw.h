// Raw: no framing at all. Whatever has arrived is a frame.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

#include "handlers/codec.h"

namespace edgewise {

// None, so far.
struct RawOptions {};

// The codec of a service that takes bytes as they come (an echo, a proxy, a protocol with a parser
// of its own). The only codec whose frames depend on how the stream was cut into segments: just
// their concatenation is defined. An empty frame is never delivered.
//
// Threading: a value, used by one thread at a time. Ownership: none; it has no state.
// Lifetime of views: a frame is a view of the bytes given to `Decode`. Limits: none of its own.
//
//   server.Serve<edgewise::Raw, Echo>();
class Raw {
 public:
  // What every codec names (codec.h):
  using Frame = std::string_view;
  using Options = RawOptions;

  Raw() = default;
  // As the default.
  explicit Raw(const Options&) {}

  // All of `bytes`.
  Decoded<Frame> Decode(std::string_view bytes) {
    if (bytes.empty()) {
      return Decoded<Frame>::NeedMore(1);
    }
    return Decoded<Frame>::Of(bytes, bytes.size());
  }

  // Nothing stands around a payload.
  Envelope Encode(std::size_t /*payload_size*/) const { return {}; }

  // No limit.
  std::size_t frame_bytes_max() const { return std::numeric_limits<std::size_t>::max(); }
};

static_assert(FramingCodec<Raw>);

}  // namespace edgewise
