// Netstring: a codec for frames such as "5:hello,".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "handlers/codec.h"

class Netstring {
 public:
  using Frame = std::string_view;

  // Called with all that has arrived and is not consumed, from the start of a frame.
  edgewise::Decoded<Frame> Decode(std::string_view bytes) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const char c = bytes[i];
      if (c == ':' && i > 0) return DecodeBody(bytes, i + 1, size);
      // Each verdict follows from this byte and those before it, never from how many have come.
      if (c < '0' || c > '9') return Malformed("a length that is not digits and a colon");
      if (i > 0 && size == 0) return Malformed("a length that begins with 0");
      size = 10 * size + static_cast<std::size_t>(c - '0');
      if (size > frame_bytes_max()) return Malformed("frame of more bytes than the maximum");
    }
    return edgewise::Decoded<Frame>::NeedMore(bytes.size() + 1);
  }

  // What stands around an outgoing payload.
  edgewise::Envelope Encode(std::size_t payload_size) const {
    const std::string prefix = std::to_string(payload_size) + ':';  // short: no allocation
    return {.prefix = edgewise::ShortBytes(prefix),
            .suffix = {','},
            .prefix_size = static_cast<std::uint8_t>(prefix.size()),
            .suffix_size = 1};
  }
  std::size_t frame_bytes_max() const { return 99'999; }

 private:
  static edgewise::Decoded<Frame> Malformed(const char* reason) {
    return edgewise::Decoded<Frame>::Malformed(reason);
  }
  static edgewise::Decoded<Frame> DecodeBody(std::string_view bytes, std::size_t begin,
                                             std::size_t size) {
    const std::size_t end = begin + size;
    if (bytes.size() <= end) return edgewise::Decoded<Frame>::NeedMore(end + 1);
    if (bytes[end] != ',') return Malformed("a frame that no comma ends");
    return edgewise::Decoded<Frame>::Of(bytes.substr(begin, size), end + 1);
  }
};

static_assert(edgewise::FramingCodec<Netstring>);
