// HttpPart: what Http1 delivers: a whole request, or a part of one.
#pragma once

#include <cstdint>
#include <string_view>

#include "handlers/http/http_request.h"

namespace edgewise {

// A request whose body has arrived with its head, or that has none, is one part. Any other comes as
// a head, pieces of its body as they arrive, and an end. How the body is cut into pieces means
// nothing: it is how the bytes came.
//
// Lifetime of views: until the upcall returns.
struct HttpPart {
  // Which part of a request.
  enum class Kind : std::uint8_t {
    kWhole,  // all of a request
    kHead,   // `request` without its body, which follows
    kBody,   // nothing but body(), which may be empty
    kEnd,    // the same, and it is the last of this request
    kBytes,  // of another protocol, after an upgrade: nothing but body()
  };

  // What there is of the body in this part.
  std::string_view body() const { return request.body(); }
  // More of the same request follows.
  bool partial() const { return kind == Kind::kHead || kind == Kind::kBody; }

  // Of kWhole and kHead: the request. Of all: where body() is.
  HttpRequest request;
  // Says which members mean something.
  Kind kind = Kind::kWhole;
};

}  // namespace edgewise
