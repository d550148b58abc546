// HttpRange: which bytes of a representation a client asks for.
#pragma once

#include <cstdint>
#include <string_view>

namespace edgewise {

// A value.
struct HttpRange {
  enum class Kind : std::uint8_t {
    kWhole,          // all of it: nothing else was asked for, or nothing that is understood
    kPart,           // `bytes` from `offset`, at least one
    kUnsatisfiable,  // nothing of it (416)
  };

  // What `value`, of the field Range, asks for of `size` bytes. One range of bytes is understood:
  // "bytes=0-499", "bytes=500-", "bytes=-500". Several are answered with all of it, which RFC 9110,
  // 14.2 allows: who asks for a thousand overlapping ones gets each byte once.
  static HttpRange Of(std::string_view value, std::uint64_t size);

  Kind kind = Kind::kWhole;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

}  // namespace edgewise
