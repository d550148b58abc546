// See http_responses.h for the approach.
#include "handlers/http/http_responses.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "handlers/http/http_request.h"

namespace edgewise {
namespace {

constexpr std::size_t kHeadBytesLimit = std::size_t{1} << 30;
constexpr std::size_t kTrailersMax = 65535;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view WithoutSpaceAround(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Responses that end with their head, whatever it says (RFC 9112, 6.3).
bool HasNoBody(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

HttpResponses::HttpResponses(const Options& options)
    : head_bytes_max_(
          static_cast<std::uint32_t>(std::min(options.head_bytes_max, kHeadBytesLimit))),
      chunk_extension_bytes_max_(
          static_cast<std::uint32_t>(std::min(options.chunk_extension_bytes_max, kHeadBytesLimit))),
      to_(options.to) {}

Decoded<HttpResponsePart> HttpResponses::Decode(std::string_view bytes) {
  switch (phase_) {
    case Phase::kHead:
      return DecodeHead(bytes);
    case Phase::kRefused:
      return Refuse(refusal_);
    case Phase::kBody:
      if (!bytes.empty()) return DecodeBody(bytes);
      break;
    case Phase::kUntilClose:
      if (bytes.empty()) break;
      return Decoded<HttpResponsePart>::PartOf(
          {.kind = HttpResponsePart::Kind::kBody, .body = bytes}, bytes.size());
  }
  return Decoded<HttpResponsePart>::NeedMore(1);
}

Decoded<HttpResponsePart> HttpResponses::DecodeHead(std::string_view bytes) {
  const char* const data = bytes.data();
  std::size_t line_begin = line_begin_;
  std::size_t scanned = scanned_;
  // Beyond this many bytes nobody looks for the end of a line, so that it is the same whether they
  // have come or not.
  const std::size_t limit = std::min<std::size_t>(bytes.size(), head_bytes_max_);
  for (;;) {
    const void* const found =
        scanned < limit ? std::memchr(data + scanned, '\n', limit - scanned) : nullptr;
    if (found == nullptr) {
      if (limit == head_bytes_max_) return Refuse("head of more bytes than the maximum");
      line_begin_ = static_cast<std::uint32_t>(line_begin);
      scanned_ = static_cast<std::uint32_t>(limit);
      return Decoded<HttpResponsePart>::NeedMore(bytes.size() + 1);
    }
    const auto line_end = static_cast<std::size_t>(static_cast<const char*>(found) - data);
    if (line_end == line_begin || data[line_end - 1] != '\r') {
      return Refuse("line that does not end in CRLF");
    }
    const std::string_view line(data + line_begin, line_end - 1 - line_begin);
    line_begin = scanned = line_end + 1;
    if (line.empty() && head_.status != 0) return HeadIsComplete(bytes, line_begin);
    if (const char* const reason = TakeLine(line)) return Refuse(reason);
    if (fields_begin_ == 0) fields_begin_ = static_cast<std::uint32_t>(line_begin);
  }
}

const char* HttpResponses::TakeLine(std::string_view line) {
  return head_.status == 0 ? TakeStatusLine(line) : TakeField(line);
}

// "HTTP/1.1 200 OK"; the reason may be missing, and the space before it.
const char* HttpResponses::TakeStatusLine(std::string_view line) {
  constexpr std::string_view kVersion = "HTTP/1.";
  constexpr std::size_t kCodeEnd = 12;
  const bool shaped = line.size() >= kCodeEnd && line.starts_with(kVersion) &&
                      (line[7] == '0' || line[7] == '1') && line[8] == ' ' && line[9] != '0' &&
                      IsDigit(line[9]) && IsDigit(line[10]) && IsDigit(line[11]) &&
                      (line.size() == kCodeEnd || line[kCodeEnd] == ' ');
  if (!shaped) return "not a status line of HTTP/1.0 or 1.1";
  head_.old_version = line[7] == '0';
  head_.status =
      static_cast<std::uint16_t>((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
  return nullptr;
}

const char* HttpResponses::TakeField(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') return "folded header line";
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return "header line without a name and a colon";
  if (line[colon - 1] == ' ' || line[colon - 1] == '\t') return "white space before a colon";
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = WithoutSpaceAround(line.substr(colon + 1));
  switch (name.size()) {
    case 10:
      if (!EqualsIgnoringCase(name, "connection")) break;
      head_.wants_close = head_.wants_close || ListHasToken(value, "close");
      head_.wants_keep_alive = head_.wants_keep_alive || ListHasToken(value, "keep-alive");
      break;
    case 14:
      if (EqualsIgnoringCase(name, "content-length")) return TakeContentLength(value);
      break;
    case 17:
      if (!EqualsIgnoringCase(name, "transfer-encoding")) break;
      if (head_.chunked || !EqualsIgnoringCase(value, "chunked")) {
        return "transfer encoding other than chunked";
      }
      head_.chunked = true;
      break;
    default:
      break;
  }
  return nullptr;
}

const char* HttpResponses::TakeContentLength(std::string_view value) {
  constexpr const char* kBad = "Content-Length that is no number, or two different ones";
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t length = 0;
  for (const char c : value) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (!IsDigit(c) || length > (kMax - digit) / 10) return kBad;
    length = length * 10 + digit;
  }
  if (value.empty() || (head_.has_length && head_.content_length != length)) return kBad;
  head_.has_length = true;
  head_.content_length = length;
  return nullptr;
}

// `end` is behind the empty line.
Decoded<HttpResponsePart> HttpResponses::HeadIsComplete(std::string_view bytes, std::size_t end) {
  using Kind = HttpResponsePart::Kind;
  const Head head = head_;
  if (head.chunked && (head.has_length || head.old_version)) {
    return Refuse(head.has_length ? "both Content-Length and Transfer-Encoding"
                                  : "Transfer-Encoding in HTTP/1.0");
  }
  HttpResponsePart part;
  part.status = head.status;
  part.fields = bytes.substr(fields_begin_, end - 2 - fields_begin_);
  part.keep_alive = !head.wants_close && (!head.old_version || head.wants_keep_alive);
  head_ = {};
  fields_begin_ = line_begin_ = scanned_ = 0;
  if (head.status < 200 && head.status != 101) {
    part.kind = Kind::kInterim;
    return Decoded<HttpResponsePart>::PartOf(part, end);
  }
  if (to_ == HttpResponsesTo::kHead || HasNoBody(head.status)) {
    return Decoded<HttpResponsePart>::Of(part, end);
  }
  if (head.has_length && bytes.size() - end >= head.content_length) {
    part.body = bytes.substr(end, static_cast<std::size_t>(head.content_length));
    return Decoded<HttpResponsePart>::Of(part, end + part.body.size());
  }
  part.kind = Kind::kHead;
  if (head.has_length) {
    body_ = HttpBodyReader::OfLength(head.content_length);
  } else if (head.chunked) {
    body_ = HttpBodyReader::Chunked(std::numeric_limits<std::uint64_t>::max());
  } else {
    part.until_close = true;
    part.keep_alive = false;
  }
  phase_ = part.until_close ? Phase::kUntilClose : Phase::kBody;
  return Decoded<HttpResponsePart>::PartOf(part, end);
}

Decoded<HttpResponsePart> HttpResponses::DecodeBody(std::string_view bytes) {
  const HttpBodyReader::Piece piece =
      body_.Read(bytes, {.extension_bytes_max = chunk_extension_bytes_max_,
                         .trailer_bytes_max = head_bytes_max_,
                         .trailers_max = kTrailersMax});
  if (piece.refusal != HttpRefusal::kNone) return Refuse(WordsFor(piece.refusal).reason);
  HttpResponsePart part{.kind = HttpResponsePart::Kind::kBody, .body = piece.data};
  if (!piece.last) return Decoded<HttpResponsePart>::PartOf(part, piece.consumed);
  part.kind = HttpResponsePart::Kind::kEnd;
  phase_ = Phase::kHead;
  return Decoded<HttpResponsePart>::Of(part, piece.consumed);
}

Decoded<HttpResponsePart> HttpResponses::Refuse(const char* reason) {
  phase_ = Phase::kRefused;
  refusal_ = reason;
  return Decoded<HttpResponsePart>::Malformed(reason);
}

}  // namespace edgewise
