// A machine of one state for each place in the grammar of RFC 9112, 7.1.
#include "handlers/http/http_body_reader.h"

#include <algorithm>
#include <array>

namespace edgewise {
namespace {

constexpr int kDigitsMax = 16;  // more would not fit in 64 bits

// The value of a hexadecimal digit; -1 if it is none.
int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What a field name is made of (RFC 9110, 5.6.2).
constexpr auto kTokenCharacters = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool IsToken(char c) { return kTokenCharacters[static_cast<unsigned char>(c)]; }

bool IsAsciiText(char c) { return c == '\t' || (c >= ' ' && c <= '~'); }

bool IsFieldText(char c) { return IsAsciiText(c) || static_cast<unsigned char>(c) >= 0x80; }

// FNV-1a, so that a name need not be kept to be recognised. Another name with the same hash, one in
// four billion, is refused too.
constexpr std::uint32_t kHashBegin = 2166136261u;
constexpr std::uint32_t HashStep(std::uint32_t hash, char c) {
  const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return (hash ^ static_cast<unsigned char>(small)) * 16777619u;
}
constexpr std::uint32_t HashOf(std::string_view name) {
  std::uint32_t hash = kHashBegin;
  for (const char c : name) hash = HashStep(hash, c);
  return hash;
}
constexpr std::array kForbiddenTrailers{
    HashOf("content-length"), HashOf("transfer-encoding"), HashOf("host"),
    HashOf("connection"),     HashOf("proxy-connection"),  HashOf("upgrade")};

bool IsForbiddenTrailer(std::uint32_t hash) {
  return std::find(kForbiddenTrailers.begin(), kForbiddenTrailers.end(), hash) !=
         kForbiddenTrailers.end();
}

}  // namespace

HttpBodyReader HttpBodyReader::OfLength(std::uint64_t bytes) {
  HttpBodyReader body;
  body.left_ = bytes;
  body.state_ = bytes == 0 ? State::kOver : State::kLength;
  return body;
}

HttpBodyReader HttpBodyReader::Chunked(std::uint64_t bytes_max) {
  HttpBodyReader body;
  body.bytes_left_ = bytes_max;
  body.state_ = State::kSizeFirst;
  return body;
}

HttpBodyReader::Piece HttpBodyReader::Read(std::string_view bytes, const HttpChunkLimits& limits) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (state_ == State::kData || state_ == State::kLength) {
      const std::uint64_t size = std::min<std::uint64_t>(left_, bytes.size() - at);
      const std::string_view data = bytes.substr(at, static_cast<std::size_t>(size));
      left_ -= size;
      if (left_ == 0) state_ = state_ == State::kData ? State::kDataReturn : State::kOver;
      return {.data = data, .consumed = at + data.size(), .last = over()};
    }
    const HttpRefusal refusal = Step(bytes[at++], limits);
    if (refusal != HttpRefusal::kNone) return {.refusal = refusal};
    if (over()) break;
  }
  return {.consumed = at, .last = over()};
}

HttpRefusal HttpBodyReader::Step(char c, const HttpChunkLimits& limits) {
  switch (state_) {
    case State::kDataReturn:
      if (c != '\r') return HttpRefusal::kBadChunkEnd;
      state_ = State::kDataFeed;
      return HttpRefusal::kNone;
    case State::kDataFeed:
      if (c != '\n') return HttpRefusal::kBadChunkEnd;
      digits_ = 0;
      state_ = State::kSizeFirst;
      return HttpRefusal::kNone;
    case State::kSize:
      if (c == '\r') {
        state_ = State::kSizeFeed;
        return HttpRefusal::kNone;
      }
      if (c == ';') {
        state_ = State::kExtensionNameFirst;
        return HttpRefusal::kNone;
      }
      [[fallthrough]];
    case State::kSizeFirst: {
      const int digit = DigitOf(c);
      if (digit < 0 || ++digits_ > kDigitsMax) return HttpRefusal::kBadChunkSize;
      left_ = left_ << 4 | static_cast<unsigned>(digit);
      state_ = State::kSize;
      return HttpRefusal::kNone;
    }
    case State::kSizeFeed:
      if (c != '\n') return HttpRefusal::kBareCarriageReturn;
      if (left_ > bytes_left_) return HttpRefusal::kBodyTooLarge;
      bytes_left_ -= left_;
      state_ = left_ == 0 ? State::kTrailer : State::kData;
      return HttpRefusal::kNone;
    case State::kTrailer:
    case State::kTrailerName:
    case State::kTrailerValue:
    case State::kTrailerFeed:
    case State::kEndFeed:
      return StepTrailer(c, limits);
    default:
      return StepExtension(c, limits);
  }
}

HttpRefusal HttpBodyReader::StepExtension(char c, const HttpChunkLimits& limits) {
  const bool may_end = state_ == State::kExtensionName || state_ == State::kExtensionValue ||
                       state_ == State::kExtensionQuoteEnd;
  if (c == '\r' && may_end) {
    state_ = State::kSizeFeed;
    return HttpRefusal::kNone;
  }
  if (++extension_bytes_ > limits.extension_bytes_max) return HttpRefusal::kChunkExtensionsTooLong;
  if (c == ';' && may_end) {
    state_ = State::kExtensionNameFirst;
    return HttpRefusal::kNone;
  }
  switch (state_) {
    case State::kExtensionName:
      if (c == '=') {
        state_ = State::kExtensionValueFirst;
        return HttpRefusal::kNone;
      }
      [[fallthrough]];
    case State::kExtensionNameFirst:
      state_ = State::kExtensionName;
      break;
    case State::kExtensionValueFirst:
      if (c == '"') {
        state_ = State::kExtensionQuoted;
        return HttpRefusal::kNone;
      }
      [[fallthrough]];
    case State::kExtensionValue:
      state_ = State::kExtensionValue;
      break;
    case State::kExtensionQuoted:
      if (c == '"') state_ = State::kExtensionQuoteEnd;
      return IsAsciiText(c) && c != '\\' ? HttpRefusal::kNone : HttpRefusal::kBadChunkExtension;
    default:  // kExtensionQuoteEnd
      return HttpRefusal::kBadChunkExtension;
  }
  return IsToken(c) ? HttpRefusal::kNone : HttpRefusal::kBadChunkExtension;
}

HttpRefusal HttpBodyReader::StepTrailer(char c, const HttpChunkLimits& limits) {
  if (++trailer_bytes_ > limits.trailer_bytes_max) return HttpRefusal::kHeaderBlockTooLarge;
  switch (state_) {
    case State::kTrailer:
      if (c == '\r') {
        state_ = State::kEndFeed;
        return HttpRefusal::kNone;
      }
      if (c == '\n') return HttpRefusal::kBareLineFeed;
      if (c == ' ' || c == '\t') return HttpRefusal::kFoldedHeader;
      if (++trailers_ > limits.trailers_max) return HttpRefusal::kTooManyHeaders;
      state_ = State::kTrailerName;
      name_hash_ = HashStep(kHashBegin, c);
      return IsToken(c) ? HttpRefusal::kNone : HttpRefusal::kBadHeaderName;
    case State::kTrailerName:
      if (c == ':') {
        state_ = State::kTrailerValue;
        return IsForbiddenTrailer(name_hash_) ? HttpRefusal::kForbiddenTrailer : HttpRefusal::kNone;
      }
      name_hash_ = HashStep(name_hash_, c);
      return IsToken(c) ? HttpRefusal::kNone : HttpRefusal::kBadHeaderName;
    case State::kTrailerValue:
      if (c == '\r') {
        state_ = State::kTrailerFeed;
        return HttpRefusal::kNone;
      }
      if (c == '\n') return HttpRefusal::kBareLineFeed;
      return IsFieldText(c) ? HttpRefusal::kNone : HttpRefusal::kBadHeaderValue;
    case State::kTrailerFeed:
      if (c != '\n') return HttpRefusal::kBareCarriageReturn;
      state_ = State::kTrailer;
      return HttpRefusal::kNone;
    default:  // kEndFeed
      if (c != '\n') return HttpRefusal::kBareCarriageReturn;
      state_ = State::kOver;
      return HttpRefusal::kNone;
  }
}

}  // namespace edgewise
