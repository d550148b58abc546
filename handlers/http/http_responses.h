// HttpResponses: cuts a stream of bytes into HTTP/1.0 and HTTP/1.1 responses; a client's codec.
//
// Strict about what decides where a response ends, because whoever misreads that takes one answer
// for another: lines end in CRLF, none is folded, a Content-Length is digits and, if repeated, the
// same; a Transfer-Encoding is one `chunked`, in HTTP/1.1, without a Content-Length beside it;
// chunks are made as the standard says (HttpBodyReader). Liberal about everything else: what fields
// say is not looked at. (RFC 9112, 6.3, is the order in which a body's end is decided.)
//
// Each line of a head is looked at once, when it is complete, and leaves a few values; so nothing
// is parsed twice however the head is cut, and a verdict never depends on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "handlers/codec.h"
#include "handlers/http/http_body_reader.h"
#include "handlers/http/http_response_part.h"

namespace edgewise {

// What is asked for on a connection, as far as it decides where the answers end.
enum class HttpResponsesTo : std::uint8_t {
  kUsual,
  kHead,  // nothing but HEAD: no answer has a body, whatever it announces
};

// The limits of a response. A value; each has a safe default.
struct HttpResponsesOptions {
  // What the client asks for on this connection.
  HttpResponsesTo to = HttpResponsesTo::kUsual;
  // Bytes of a status line and all field lines, with their CRLFs and the empty line. At most 1 GiB.
  std::size_t head_bytes_max = std::size_t{64} << 10;
  // Bytes of all chunk extensions of one body.
  std::size_t chunk_extension_bytes_max = std::size_t{4} << 10;
};

// Threading: a value, used by one thread at a time. Ownership: none; nothing is allocated.
// Lifetime of views: a part is a set of views of the bytes given to `Decode`. Limits: those of
// HttpResponsesOptions; bodies may have any size.
//
//   client.Connect<edgewise::HttpResponses, MyHandler>(addresses, sink, {});
class HttpResponses {
 public:
  // What every codec names (codec.h); its frames may be parts of a response:
  using Frame = HttpResponsePart;
  using Options = HttpResponsesOptions;
  static constexpr bool kDeliversParts = true;

  HttpResponses() : HttpResponses(Options{}) {}
  // Takes the limits from `options`, the head's clipped to the most that it may be.
  explicit HttpResponses(const Options& options);

  // After a malformed answer every further call gives the same one.
  Decoded<HttpResponsePart> Decode(std::string_view bytes);

 private:
  enum class Phase : std::uint8_t { kHead, kBody, kUntilClose, kRefused };

  // What the lines of a head have said so far.
  struct Head {
    std::uint64_t content_length = 0;
    std::uint16_t status = 0;  // 0: the status line has not come
    bool old_version = false;  // HTTP/1.0
    bool has_length = false;
    bool chunked = false;
    bool wants_close = false;
    bool wants_keep_alive = false;
  };

  Decoded<HttpResponsePart> DecodeHead(std::string_view bytes);
  Decoded<HttpResponsePart> DecodeBody(std::string_view bytes);
  Decoded<HttpResponsePart> HeadIsComplete(std::string_view bytes, std::size_t end);
  Decoded<HttpResponsePart> Refuse(const char* reason);
  const char* TakeLine(std::string_view line);
  const char* TakeStatusLine(std::string_view line);
  const char* TakeField(std::string_view line);
  const char* TakeContentLength(std::string_view value);

  HttpBodyReader body_;
  Head head_;
  const char* refusal_ = nullptr;
  std::uint32_t head_bytes_max_;
  std::uint32_t chunk_extension_bytes_max_;
  std::uint32_t fields_begin_ = 0;  // behind the status line
  std::uint32_t line_begin_ = 0;    // of the first line that is not complete
  std::uint32_t scanned_ = 0;       // up to there it has no end
  Phase phase_ = Phase::kHead;
  HttpResponsesTo to_;
};

static_assert(PartialCodec<HttpResponses>);

}  // namespace edgewise
