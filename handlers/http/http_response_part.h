// HttpResponsePart: what HttpResponses delivers: a whole response, or a part of one.
#pragma once

#include <cstdint>
#include <string_view>

namespace edgewise {

// A response whose body has arrived with its head, or that has none, is one part. Any other comes
// as a head, pieces of its body as they arrive, and an end; but a body that nothing announces the
// end of has none: it ends with the stream (BasicFrameHandler::OnEnd).
//
// Lifetime of views: until the upcall returns.
struct HttpResponsePart {
  // Which part of a response.
  enum class Kind : std::uint8_t {
    kWhole,    // all of a response
    kInterim,  // 100 to 199, but for 101: the response itself follows
    kHead,     // without the body, which follows
    kBody,     // nothing but `body`, which may be empty
    kEnd,      // the same, and it is the last of this response
  };

  // Says which members mean something.
  Kind kind = Kind::kWhole;
  // Of whole responses and heads, all four:
  bool keep_alive = false;    // the server takes more requests on this connection
  bool until_close = false;   // the body ends with the stream
  std::uint16_t status = 0;   // 100 to 999
  std::string_view fields{};  // the field lines, each with its CRLF, without the empty one

  // What there is of the body in this part.
  std::string_view body{};

  // More of the same response follows.
  bool partial() const { return kind != Kind::kWhole && kind != Kind::kEnd; }
  // One more response is complete.
  bool last() const { return !partial(); }
};

}  // namespace edgewise
