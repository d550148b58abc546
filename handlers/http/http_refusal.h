// HttpRefusal: every way in which Http1 says no to a request, with its words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "reactor/close_reason.h"

namespace edgewise {

// Why a request was refused. After any of these the connection closes: what follows the refused
// bytes is never read as a request.
enum class HttpRefusal : std::uint8_t {
  kNone,
  // How lines are made.
  kBareLineFeed,
  kBareCarriageReturn,
  kFoldedHeader,
  // The request line.
  kEmptyRequestLine,
  kBadRequestLine,
  kBadMethod,
  kBadTarget,
  kVersionMissing,
  kVersionUnknown,
  // Header fields.
  kBadHeaderName,
  kBadHeaderValue,
  kHostMissing,
  kHostRepeated,
  kBadHost,
  kBadContentLength,
  kContentLengthRepeated,
  kLengthAndEncoding,
  kEncodingOnOldVersion,
  kEncodingUnsupported,
  // Chunks.
  kBadChunkSize,
  kBadChunkExtension,
  kBadChunkEnd,
  kChunkExtensionsTooLong,
  kForbiddenTrailer,
  // Limits.
  kRequestLineTooLong,
  kHeaderBlockTooLarge,
  kTooManyHeaders,
  kBodyTooLarge,
  // Not by the codec: the connection's clock decides, and the budget for all connections' memory.
  kNotInTime,
  kOverloaded,
};
// Values of HttpRefusal, kNone included.
inline constexpr std::size_t kHttpRefusalCount =
    static_cast<std::size_t>(HttpRefusal::kOverloaded) + 1;

// The words for one refusal. All of them live for ever.
struct HttpRefusalWords {
  // The status code of the answer.
  int status = 0;
  // A few words, for logs and as the body of the answer.
  const char* reason = nullptr;
  // A whole response, head and body, that announces the end of the connection.
  std::string_view farewell;
};

// Thread safety: any thread; constant data. For `kNone` all is empty.
HttpRefusalWords WordsFor(HttpRefusal refusal);

// The refusal that a connection ends for, if it ends for this reason: kMalformed with one of our
// own words, a timeout of the input, kOverflow. kNone for all others.
HttpRefusal RefusalFor(const CloseReason& reason);

}  // namespace edgewise
