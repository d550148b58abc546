// The words are put together by the compiler, so that refusing a request costs no more than
// pointing at its answer.
#include "handlers/http/http_refusal.h"

#include <array>
#include <cstddef>

namespace edgewise {
namespace {

struct Entry {
  HttpRefusal refusal;
  int status;
  const char* reason;
};

// In the order of the enumeration.
constexpr std::array<Entry, kHttpRefusalCount> kEntries = {{
    {HttpRefusal::kNone, 0, ""},
    {HttpRefusal::kBareLineFeed, 400, "line feed without carriage return"},
    {HttpRefusal::kBareCarriageReturn, 400, "carriage return without line feed"},
    {HttpRefusal::kFoldedHeader, 400, "line that begins with white space"},
    {HttpRefusal::kEmptyRequestLine, 400, "empty request line"},
    {HttpRefusal::kBadRequestLine, 400, "malformed request line"},
    {HttpRefusal::kBadMethod, 400, "malformed method"},
    {HttpRefusal::kBadTarget, 400, "malformed request target"},
    {HttpRefusal::kVersionMissing, 505, "request without a version"},
    {HttpRefusal::kVersionUnknown, 505, "version other than HTTP/1.0 and HTTP/1.1"},
    {HttpRefusal::kBadHeaderName, 400, "malformed header name"},
    {HttpRefusal::kBadHeaderValue, 400, "malformed header value"},
    {HttpRefusal::kHostMissing, 400, "no Host"},
    {HttpRefusal::kHostRepeated, 400, "more than one Host"},
    {HttpRefusal::kBadHost, 400, "malformed Host"},
    {HttpRefusal::kBadContentLength, 400, "malformed Content-Length"},
    {HttpRefusal::kContentLengthRepeated, 400, "more than one Content-Length"},
    {HttpRefusal::kLengthAndEncoding, 400, "both Content-Length and Transfer-Encoding"},
    {HttpRefusal::kEncodingOnOldVersion, 400, "Transfer-Encoding in HTTP/1.0"},
    {HttpRefusal::kEncodingUnsupported, 501, "Transfer-Encoding other than chunked"},
    {HttpRefusal::kBadChunkSize, 400, "malformed chunk size"},
    {HttpRefusal::kBadChunkExtension, 400, "malformed chunk extension"},
    {HttpRefusal::kBadChunkEnd, 400, "chunk that does not end where its size says"},
    {HttpRefusal::kChunkExtensionsTooLong, 400, "chunk extensions of more bytes than the maximum"},
    {HttpRefusal::kForbiddenTrailer, 400, "trailer field that only a header may have"},
    {HttpRefusal::kRequestLineTooLong, 414, "request line of more bytes than the maximum"},
    {HttpRefusal::kHeaderBlockTooLarge, 431, "headers of more bytes than the maximum"},
    {HttpRefusal::kTooManyHeaders, 431, "more headers than the maximum"},
    {HttpRefusal::kBodyTooLarge, 413, "body of more bytes than the maximum"},
    {HttpRefusal::kNotInTime, 408, "request that did not come in time"},
    {HttpRefusal::kOverloaded, 503, "request for which there is no memory now"},
}};

constexpr std::string_view StatusText(int status) {
  switch (status) {
    case 408:
      return "408 Request Timeout";
    case 413:
      return "413 Content Too Large";
    case 414:
      return "414 URI Too Long";
    case 431:
      return "431 Request Header Fields Too Large";
    case 501:
      return "501 Not Implemented";
    case 503:
      return "503 Service Unavailable";
    case 505:
      return "505 HTTP Version Not Supported";
    default:
      return "400 Bad Request";
  }
}

struct Farewell {
  std::array<char, 224> text{};
  std::size_t size = 0;

  constexpr void Append(std::string_view piece) {
    for (const char c : piece) {
      text[size++] = c;
    }
  }
};

constexpr Farewell MakeFarewell(const Entry& entry) {
  const std::string_view reason = entry.reason;
  const std::size_t length = reason.size() + 1;  // and its line feed
  Farewell farewell;
  farewell.Append("HTTP/1.1 ");
  farewell.Append(StatusText(entry.status));
  farewell.Append("\r\nContent-Type: text/plain\r\nContent-Length: ");
  if (length >= 10) {
    farewell.text[farewell.size++] = static_cast<char>('0' + length / 10);
  }
  farewell.text[farewell.size++] = static_cast<char>('0' + length % 10);
  farewell.Append("\r\nConnection: close\r\n\r\n");
  farewell.Append(reason);
  farewell.Append("\n");
  return farewell;
}

constexpr auto kFarewells = [] {
  std::array<Farewell, kHttpRefusalCount> farewells{};
  for (std::size_t i = 1; i < kHttpRefusalCount; ++i) {
    farewells[i] = MakeFarewell(kEntries[i]);
  }
  return farewells;
}();

constexpr bool InOrder() {
  for (std::size_t i = 0; i < kHttpRefusalCount; ++i) {
    if (kEntries[i].refusal != static_cast<HttpRefusal>(i) ||
        std::string_view(kEntries[i].reason).size() > 98) {
      return false;
    }
  }
  return true;
}
static_assert(InOrder());

}  // namespace

HttpRefusal RefusalFor(const CloseReason& reason) {
  switch (reason.cause) {
    case CloseCause::kFrameTimeout:
    case CloseCause::kBodyTimeout:
      return HttpRefusal::kNotInTime;
    case CloseCause::kOverflow:
      return HttpRefusal::kOverloaded;
    case CloseCause::kMalformed:
      for (const Entry& entry : kEntries) {
        if (entry.reason == reason.detail) return entry.refusal;  // the very same words
      }
      return HttpRefusal::kNone;
    default:
      return HttpRefusal::kNone;
  }
}

HttpRefusalWords WordsFor(HttpRefusal refusal) {
  const auto index = static_cast<std::size_t>(refusal);
  const Farewell& farewell = kFarewells[index];
  return {.status = kEntries[index].status,
          .reason = kEntries[index].reason,
          .farewell = std::string_view(farewell.text.data(), farewell.size)};
}

}  // namespace edgewise
