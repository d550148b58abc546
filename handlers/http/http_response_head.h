// HttpResponseHead: the status line and header fields of a response, written into given memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "handlers/http/http_date.h"
#include "handlers/http/http_header.h"
#include "handlers/http/http_request.h"

namespace edgewise {

// The statuses that have a name here. Any other of three digits may be cast to it.
enum class HttpStatus : std::uint16_t {
  kSwitchingProtocols = 101,
  kOk = 200,
  kCreated = 201,
  kAccepted = 202,
  kNoContent = 204,
  kPartialContent = 206,
  kMovedPermanently = 301,
  kFound = 302,
  kSeeOther = 303,
  kNotModified = 304,
  kTemporaryRedirect = 307,
  kPermanentRedirect = 308,
  kBadRequest = 400,
  kUnauthorized = 401,
  kForbidden = 403,
  kNotFound = 404,
  kMethodNotAllowed = 405,
  kNotAcceptable = 406,
  kRequestTimeout = 408,
  kConflict = 409,
  kGone = 410,
  kLengthRequired = 411,
  kPreconditionFailed = 412,
  kContentTooLarge = 413,
  kUriTooLong = 414,
  kUnsupportedMediaType = 415,
  kRangeNotSatisfiable = 416,
  kExpectationFailed = 417,
  kTooManyRequests = 429,
  kHeadersTooLarge = 431,
  kInternalServerError = 500,
  kNotImplemented = 501,
  kBadGateway = 502,
  kServiceUnavailable = 503,
  kGatewayTimeout = 504,
  kVersionNotSupported = 505,
};

// "Not Found" for kNotFound; "Unknown" for a number that has no name above. Lives for ever.
std::string_view ReasonPhrase(HttpStatus status);

// A response of this status has a body: all but 1xx, 204 and 304.
bool HasBody(HttpStatus status);

// What a response says about the connection after it.
enum class HttpPersistence : std::uint8_t {
  kImplied,    // nothing: it stays open, as HTTP/1.1 has it
  kKeepAlive,  // "Connection: keep-alive": it stays open, said to a client that speaks HTTP/1.0
  kClose,      // "Connection: close"
  kUpgrade,    // "Connection: Upgrade": it goes on in another protocol
};

// How the end of a response's body is known.
enum class HttpFraming : std::uint8_t {
  kLength,      // Content-Length
  kChunked,     // Transfer-Encoding: chunked
  kUntilClose,  // the connection ends with it
};

// What the answer to `request` should say if the server has no reason of its own to close.
inline HttpPersistence PersistenceFor(const HttpRequest& request) {
  if (!request.keep_alive()) {
    return HttpPersistence::kClose;
  }
  return request.minor_version() >= 1 ? HttpPersistence::kImplied : HttpPersistence::kKeepAlive;
}

// All that stands before a response's body, the empty line included. A passive description; fill
// it in and write it. The head of an answer to HEAD is that of the answer to GET: same
// `content_length`, no body after it. The statuses 204 and 304 (and 1xx) have no body, so for
// those neither Content-Type nor Content-Length is written.
//
// Threading: a value. Lifetime of views: what it points at must live until `WriteTo` returns.
//
//   HttpResponseHead head{.persistence = PersistenceFor(request), .content_type = "text/plain",
//                         .content_length = text.size(), .date = date.At(now)};
//   const std::size_t used = head.WriteTo(buffer);
struct HttpResponseHead {
  // The status line; its words follow from the number.
  HttpStatus status = HttpStatus::kOk;
  // What the Connection field says; kImplied: it is not written.
  HttpPersistence persistence = HttpPersistence::kImplied;
  // Empty: no Content-Type is written.
  HttpHeaderValue content_type{};
  // How the end of the body can be told.
  HttpFraming framing = HttpFraming::kLength;
  // Bytes of the body, if that is its framing.
  std::uint64_t content_length = 0;
  // With kUpgrade: to which protocol.
  HttpHeaderValue upgrade{};
  // From HttpDate. Empty: no Date is written.
  HttpDateText date{};
  // Written after the others, in this order.
  std::span<const HttpHeader> headers{};

  // Enough bytes for `WriteTo`; seldom more than 100 too many.
  std::size_t SizeMax() const;

  // Writes the head to the front of `out`; the bytes used. 0, and nothing is written, if `out` has
  // fewer than SizeMax() bytes.
  [[nodiscard]] std::size_t WriteTo(std::span<char> out) const;
};

}  // namespace edgewise
