// Literals of known size copied one after the other: the sizes are constants, so that each copy is
// a few moves.
#include "handlers/http/http_response_head.h"

#include <cstring>

namespace edgewise {
namespace {

constexpr std::size_t kDigitsMax = 20;
// Status line and every field but the variable texts: an upper bound, with room to spare.
constexpr std::size_t kFixedBytesMax = 256;

struct Phrase {
  HttpStatus status;
  std::string_view text;
};

constexpr Phrase kPhrases[] = {
    {HttpStatus::kSwitchingProtocols, "Switching Protocols"},
    {HttpStatus::kOk, "OK"},
    {HttpStatus::kCreated, "Created"},
    {HttpStatus::kAccepted, "Accepted"},
    {HttpStatus::kNoContent, "No Content"},
    {HttpStatus::kPartialContent, "Partial Content"},
    {HttpStatus::kMovedPermanently, "Moved Permanently"},
    {HttpStatus::kFound, "Found"},
    {HttpStatus::kSeeOther, "See Other"},
    {HttpStatus::kNotModified, "Not Modified"},
    {HttpStatus::kTemporaryRedirect, "Temporary Redirect"},
    {HttpStatus::kPermanentRedirect, "Permanent Redirect"},
    {HttpStatus::kBadRequest, "Bad Request"},
    {HttpStatus::kUnauthorized, "Unauthorized"},
    {HttpStatus::kForbidden, "Forbidden"},
    {HttpStatus::kNotFound, "Not Found"},
    {HttpStatus::kMethodNotAllowed, "Method Not Allowed"},
    {HttpStatus::kNotAcceptable, "Not Acceptable"},
    {HttpStatus::kRequestTimeout, "Request Timeout"},
    {HttpStatus::kConflict, "Conflict"},
    {HttpStatus::kGone, "Gone"},
    {HttpStatus::kLengthRequired, "Length Required"},
    {HttpStatus::kPreconditionFailed, "Precondition Failed"},
    {HttpStatus::kContentTooLarge, "Content Too Large"},
    {HttpStatus::kUriTooLong, "URI Too Long"},
    {HttpStatus::kUnsupportedMediaType, "Unsupported Media Type"},
    {HttpStatus::kRangeNotSatisfiable, "Range Not Satisfiable"},
    {HttpStatus::kExpectationFailed, "Expectation Failed"},
    {HttpStatus::kTooManyRequests, "Too Many Requests"},
    {HttpStatus::kHeadersTooLarge, "Request Header Fields Too Large"},
    {HttpStatus::kInternalServerError, "Internal Server Error"},
    {HttpStatus::kNotImplemented, "Not Implemented"},
    {HttpStatus::kBadGateway, "Bad Gateway"},
    {HttpStatus::kServiceUnavailable, "Service Unavailable"},
    {HttpStatus::kGatewayTimeout, "Gateway Timeout"},
    {HttpStatus::kVersionNotSupported, "HTTP Version Not Supported"},
};

template <std::size_t kSize>
char* PutLiteral(char* at, const char (&literal)[kSize]) {
  std::memcpy(at, literal, kSize - 1);
  return at + kSize - 1;
}

char* PutText(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* PutNumber(char* at, std::uint64_t number) {
  char digits[kDigitsMax];
  char* const end = digits + kDigitsMax;
  char* begin = end;
  do {
    *--begin = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (begin != end) {
    *at++ = *begin++;
  }
  return at;
}

char* PutStatusLine(char* at, HttpStatus status) {
  if (status == HttpStatus::kOk) [[likely]] {
    return PutLiteral(at, "HTTP/1.1 200 OK\r\nServer: edgewise\r\n");
  }
  at = PutLiteral(at, "HTTP/1.1 ");
  at = PutNumber(at, static_cast<std::uint16_t>(status));
  at = PutLiteral(at, " ");
  at = PutText(at, ReasonPhrase(status));
  return PutLiteral(at, "\r\nServer: edgewise\r\n");
}

char* PutPersistence(char* at, HttpPersistence persistence) {
  switch (persistence) {
    case HttpPersistence::kImplied:
      return at;
    case HttpPersistence::kKeepAlive:
      return PutLiteral(at, "Connection: keep-alive\r\n");
    case HttpPersistence::kClose:
      return PutLiteral(at, "Connection: close\r\n");
    case HttpPersistence::kUpgrade:
      return PutLiteral(at, "Connection: Upgrade\r\n");
  }
  return at;
}

}  // namespace

bool HasBody(HttpStatus status) {
  return status != HttpStatus::kNoContent && status != HttpStatus::kNotModified &&
         static_cast<std::uint16_t>(status) >= 200;
}

std::string_view ReasonPhrase(HttpStatus status) {
  for (const Phrase& phrase : kPhrases) {
    if (phrase.status == status) {
      return phrase.text;
    }
  }
  return "Unknown";
}

std::size_t HttpResponseHead::SizeMax() const {
  std::size_t size = kFixedBytesMax + content_type.text().size() + upgrade.text().size();
  for (const HttpHeader& header : headers) {
    size += header.name().size() + header.value().size() + 4;  // ": " and CRLF
  }
  return size;
}

std::size_t HttpResponseHead::WriteTo(std::span<char> out) const {
  if (out.size() < SizeMax()) [[unlikely]] {
    return 0;
  }
  char* at = PutStatusLine(out.data(), status);
  if (const std::string_view text = date.view(); !text.empty()) [[likely]] {
    at = PutLiteral(at, "Date: ");
    std::memcpy(at, text.data(), HttpDateText::kBytes);
    at = PutLiteral(at + HttpDateText::kBytes, "\r\n");
  }
  at = PutPersistence(at, persistence);
  if (HasBody(status)) [[likely]] {
    if (!content_type.text().empty()) {
      at = PutLiteral(at, "Content-Type: ");
      at = PutText(at, content_type.text());
      at = PutLiteral(at, "\r\n");
    }
    switch (framing) {
      case HttpFraming::kLength:
        at = PutLiteral(at, "Content-Length: ");
        at = PutNumber(at, content_length);
        at = PutLiteral(at, "\r\n");
        break;
      case HttpFraming::kChunked:
        at = PutLiteral(at, "Transfer-Encoding: chunked\r\n");
        break;
      case HttpFraming::kUntilClose:
        break;
    }
  } else if (!upgrade.text().empty()) {
    at = PutLiteral(at, "Upgrade: ");
    at = PutText(at, upgrade.text());
    at = PutLiteral(at, "\r\n");
  }
  for (const HttpHeader& header : headers) {
    at = PutText(at, header.name());
    at = PutLiteral(at, ": ");
    at = PutText(at, header.value());
    at = PutLiteral(at, "\r\n");
  }
  at = PutLiteral(at, "\r\n");
  return static_cast<std::size_t>(at - out.data());
}

}  // namespace edgewise
