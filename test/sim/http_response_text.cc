// RFC 9112, without a thing that it merely allows.
#include "test/sim/http_response_text.h"

#include <algorithm>
#include <charconv>

namespace edgewise::sim_test {
namespace {

constexpr std::string_view kEmptyLine = "\r\n\r\n";

bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// "Thu, 26 Nov 2026 21:50:52 GMT"
bool IsDate(std::string_view text) {
  constexpr std::string_view kShape = "Aaa, 00 Aaa 0000 00:00:00 GMT";
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    const bool letter = (text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z';
    if (kShape[i] == '0'                       ? !digit
        : kShape[i] == 'A' || kShape[i] == 'a' ? !letter
                                               : text[i] != kShape[i]) {
      return false;
    }
  }
  return true;
}

// A number without signs, spaces and leading zeros.
bool ReadNumber(std::string_view text, int base, std::size_t& number) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

HttpResponseText HttpResponseText::Read(std::string_view text, HttpAsked asked, HttpStreamEnd end) {
  HttpResponseText response;
  const std::size_t head_end = text.find(kEmptyLine);
  if (head_end == std::string_view::npos) {
    constexpr std::string_view kBegin = "HTTP/1.1 ";
    if (!kBegin.starts_with(text.substr(0, kBegin.size()))) {
      response.Malformed("no beginning of a response");
    }
    return response;
  }
  if (!response.ReadHead(text.substr(0, head_end + 2))) return response;
  response.has_head = true;
  response.bytes = head_end + kEmptyLine.size();
  const bool bodiless = response.status < 200 || response.status == 204 || response.status == 304;
  const bool framed =
      !response.Field("Content-Length").empty() || !response.Field("Transfer-Encoding").empty();
  if (bodiless && framed) {
    response.Malformed("a length of a body that cannot be");
  } else if (bodiless || asked == HttpAsked::kForHead) {
    response.state = State::kComplete;
  } else {
    response.ReadBody(text.substr(response.bytes), end);
  }
  return response;
}

std::string_view HttpResponseText::Field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

bool HttpResponseText::Malformed(std::string_view what) {
  state = State::kMalformed;
  why = what;
  return false;
}

// `head`: each line with its end.
bool HttpResponseText::ReadHead(std::string_view head) {
  std::size_t number = 0;
  const std::string_view line = head.substr(0, head.find("\r\n"));
  if (!line.starts_with("HTTP/1.1 ") || line.size() < 14 || line[12] != ' ' || !IsPlain(line) ||
      !ReadNumber(line.substr(9, 3), 10, number)) {
    return Malformed("status line: " + std::string(line));
  }
  status = static_cast<int>(number);
  head.remove_prefix(line.size() + 2);
  while (!head.empty()) {
    const std::string_view field = head.substr(0, head.find("\r\n"));
    if (!ReadField(field)) return false;
    head.remove_prefix(field.size() + 2);
  }
  closes = Field("Connection") == "close";
  return true;
}

bool HttpResponseText::ReadField(std::string_view line) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos || colon == 0 || !IsPlain(line)) {
    return Malformed("field: " + std::string(line));
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = line.substr(colon + 2);
  const bool repeated = std::any_of(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.first == name; });
  if (repeated) return Malformed("field twice: " + std::string(line));
  if (name == "Date" && !IsDate(value)) return Malformed("date: " + std::string(value));
  fields.emplace_back(name, value);
  return true;
}

void HttpResponseText::ReadBody(std::string_view rest, HttpStreamEnd end) {
  const std::string_view length = Field("Content-Length");
  const std::string_view encoding = Field("Transfer-Encoding");
  if (!encoding.empty()) {
    if (encoding != "chunked" || !length.empty()) {
      Malformed("framing");
      return;
    }
    return ReadChunks(rest);
  }
  if (length.empty()) {
    if (!closes) {
      Malformed("a body without an end");
      return;
    }
    body = rest;
    bytes += rest.size();
    if (end == HttpStreamEnd::kEnded) state = State::kComplete;
    return;
  }
  std::size_t count = 0;
  if (!ReadNumber(length, 10, count)) {
    Malformed("length: " + std::string(length));
    return;
  }
  body = rest.substr(0, count);
  bytes += count;
  if (body.size() == count) state = State::kComplete;
}

void HttpResponseText::ReadChunks(std::string_view rest) {
  while (true) {
    const std::size_t line_end = rest.find("\r\n");
    if (line_end == std::string_view::npos) return;
    std::size_t count = 0;
    if (!ReadNumber(rest.substr(0, line_end), 16, count)) {
      Malformed("size of a chunk: " + std::string(rest.substr(0, line_end)));
      return;
    }
    rest.remove_prefix(line_end + 2);
    bytes += line_end + 2 + count + 2;
    body += rest.substr(0, count);
    if (rest.size() < count + 2) return;
    if (rest.substr(count, 2) != "\r\n") {
      Malformed("end of a chunk");
      return;
    }
    rest.remove_prefix(count + 2);
    if (count != 0) continue;
    state = State::kComplete;
    return;
  }
}

}  // namespace edgewise::sim_test
