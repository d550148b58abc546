// See http1.h for the approach.
#include "handlers/http/http1.h"

#include <algorithm>
#include <cstring>

#include "handlers/http/http_head_parser.h"
#include "handlers/http/http_policy.h"

namespace edgewise {
namespace {

constexpr std::size_t kRequestLineBytesLimit = 65000;
constexpr std::size_t kLargeLimit = std::size_t{1} << 30;

}  // namespace

Http1::Http1(const Options& options)
    : body_bytes_max_(options.body_bytes_max),
      header_block_bytes_max_(
          static_cast<std::uint32_t>(std::min(options.header_block_bytes_max, kLargeLimit))),
      chunk_extension_bytes_max_(
          static_cast<std::uint32_t>(std::min(options.chunk_extension_bytes_max, kLargeLimit))),
      request_line_bytes_max_(static_cast<std::uint16_t>(
          std::min(options.request_line_bytes_max, kRequestLineBytesLimit))),
      headers_max_(static_cast<std::uint16_t>(std::min<std::size_t>(options.headers_max, 65535))) {}

Decoded<HttpPart> Http1::Decode(std::string_view bytes) {
  if (phase_ == Phase::kHead) [[likely]] {
    const Head head = FindHead(bytes);
    if (head.refusal != HttpRefusal::kNone) [[unlikely]] {
      return Refuse(head.refusal);
    }
    if (head.end == 0) [[unlikely]] {
      return Decoded<HttpPart>::NeedMore(bytes.size() + 1);
    }
    return DecodeWithHead(bytes, head);
  }
  if (phase_ == Phase::kRefused) {
    return Refuse(refusal_);
  }
  if (bytes.empty()) {
    return Decoded<HttpPart>::NeedMore(1);
  }
  if (phase_ == Phase::kBytes) {
    return Decoded<HttpPart>::Of({HttpRequest({.body = bytes}), HttpPart::Kind::kBytes},
                                 bytes.size());
  }
  return DecodeBody(bytes);
}

std::string_view Http1::FarewellFor(CloseCause cause) {
  return WordsFor(RefusalFor({.cause = cause})).farewell;
}

// How far the end of a line may lie. A line is refused as soon as no LF was found up to there, so
// that it is refused while it is incomplete exactly if it would be refused however it went on.
std::size_t Http1::LineEndMax(std::size_t line_begin, std::size_t block_begin) const {
  return block_begin == 0 ? line_begin + request_line_bytes_max_ + 1  // the CR
                          : block_begin + header_block_bytes_max_ - 1;
}

Http1::Head Http1::FindHead(std::string_view bytes) {
  const char* const data = bytes.data();
  const std::size_t head_begin = LeadingEmptyLine(bytes);
  std::size_t block_begin = block_begin_;
  std::size_t scanned = scanned_;
  std::size_t line_begin = line_begin_;
  if (scanned <= 1) [[likely]] {
    line_begin = scanned = head_begin;
  }
  std::size_t line_end_max = LineEndMax(line_begin, block_begin);
  while (true) {
    const void* const found = scanned < bytes.size()
                                  ? std::memchr(data + scanned, '\n', bytes.size() - scanned)
                                  : nullptr;
    const std::size_t line_end =
        found ? static_cast<std::size_t>(static_cast<const char*>(found) - data) : bytes.size();
    if (line_end > line_end_max) [[unlikely]] {
      return {.refusal = block_begin == 0 ? HttpRefusal::kRequestLineTooLong
                                          : HttpRefusal::kHeaderBlockTooLarge};
    }
    if (!found) [[unlikely]] {
      line_begin_ = static_cast<std::uint32_t>(line_begin);
      scanned_ = static_cast<std::uint32_t>(line_end);
      block_begin_ = static_cast<std::uint16_t>(block_begin);
      return {};
    }
    if (line_end == line_begin || data[line_end - 1] != '\r') [[unlikely]] {
      return {.refusal = HttpRefusal::kBareLineFeed};
    }
    const std::string_view line(data + line_begin, line_end - 1 - line_begin);
    line_begin = scanned = line_end + 1;
    if (block_begin == 0) {
      const HttpRefusal refusal = CheckRequestLine(line);
      if (refusal != HttpRefusal::kNone) [[unlikely]] {
        return {.refusal = refusal};
      }
      block_begin = line_begin;
      line_end_max = LineEndMax(line_begin, block_begin);
    } else if (line.empty()) {
      return {.begin = head_begin, .end = line_begin};
    } else if (line.front() == ' ' || line.front() == '\t') [[unlikely]] {
      return {.refusal = HttpRefusal::kFoldedHeader};
    }
  }
}

Decoded<HttpPart> Http1::DecodeWithHead(std::string_view bytes, const Head& head) {
  HttpHead parsed;
  const std::string_view text = bytes.substr(head.begin, head.end - head.begin);
  const HttpRefusal refusal = ParseHttpHead(text, headers_max_, parsed);
  if (refusal != HttpRefusal::kNone) [[unlikely]] {
    return Refuse(refusal);
  }
  const std::uint64_t body_size = parsed.fields.content_length();
  if (body_size > body_bytes_max_) [[unlikely]] {
    return Refuse(HttpRefusal::kBodyTooLarge);
  }
  HttpRequest::Parts& parts = parsed.parts;
  // The request line ends " HTTP/1.x\r\n" after the target; the empty line is the last two bytes.
  constexpr std::size_t kVersionAndEnd = 11;
  const char* const target_end = parts.target.data() + parts.target.size();
  const auto block_begin = static_cast<std::size_t>(target_end - bytes.data()) + kVersionAndEnd;
  parts.header_text = bytes.substr(block_begin, head.end - 2 - block_begin);
  parts.keep_alive = parsed.fields.KeepsAlive(parts.minor_version);
  ForgetHead();
  if (parsed.fields.chunked()) [[unlikely]] {
    body_ = HttpBodyReader::Chunked(body_bytes_max_);
  } else if (bytes.size() - head.end < body_size) {
    body_ = HttpBodyReader::OfLength(body_size);
  } else {
    parts.body = bytes.substr(head.end, static_cast<std::size_t>(body_size));
    return Decoded<HttpPart>::Of({HttpRequest(parts), HttpPart::Kind::kWhole},
                                 head.end + parts.body.size());
  }
  phase_ = Phase::kBody;
  return Decoded<HttpPart>::PartOf({HttpRequest(parts), HttpPart::Kind::kHead}, head.end);
}

Decoded<HttpPart> Http1::DecodeBody(std::string_view bytes) {
  const HttpBodyReader::Piece piece =
      body_.Read(bytes, {.extension_bytes_max = chunk_extension_bytes_max_,
                         .trailer_bytes_max = header_block_bytes_max_,
                         .trailers_max = headers_max_});
  if (piece.refusal != HttpRefusal::kNone) [[unlikely]] {
    return Refuse(piece.refusal);
  }
  const HttpRequest body({.body = piece.data});
  if (!piece.last) return Decoded<HttpPart>::PartOf({body, HttpPart::Kind::kBody}, piece.consumed);
  phase_ = Phase::kHead;
  return Decoded<HttpPart>::Of({body, HttpPart::Kind::kEnd}, piece.consumed);
}

Decoded<HttpPart> Http1::Refuse(HttpRefusal refusal) {
  phase_ = Phase::kRefused;
  refusal_ = refusal;
  const HttpRefusalWords words = WordsFor(refusal);
  return Decoded<HttpPart>::Malformed(words.reason, words.farewell);
}

void Http1::ForgetHead() {
  phase_ = Phase::kHead;
  block_begin_ = 0;
  line_begin_ = 0;
  scanned_ = 0;
}

}  // namespace edgewise
