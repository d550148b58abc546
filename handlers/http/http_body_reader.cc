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
        state_ = State::kExtension;
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
    case State::kExtension:
      if (c == '\r') {
        state_ = State::kSizeFeed;
        return HttpRefusal::kNone;
      }
      if (!IsAsciiText(c)) return HttpRefusal::kBadChunkExtension;
      return ++extension_bytes_ > limits.extension_bytes_max ? HttpRefusal::kChunkExtensionsTooLong
                                                             : HttpRefusal::kNone;
    case State::kSizeFeed:
      if (c != '\n') return HttpRefusal::kBareCarriageReturn;
      if (left_ > bytes_left_) return HttpRefusal::kBodyTooLarge;
      bytes_left_ -= left_;
      state_ = left_ == 0 ? State::kTrailer : State::kData;
      return HttpRefusal::kNone;
    default:
      return StepTrailer(c, limits);
  }
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
      return IsToken(c) ? HttpRefusal::kNone : HttpRefusal::kBadHeaderName;
    case State::kTrailerName:
      if (c == ':') {
        state_ = State::kTrailerValue;
        return HttpRefusal::kNone;
      }
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
