// Reading a request's text a second time, where someone asks for it.
#include "handlers/http/http_request.h"

#include <cstring>

namespace edgewise {
namespace {

char Lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string_view Trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// Offset of the path in a target, past "scheme://authority" if it has that.
std::size_t PathBegin(std::string_view target) {
  if (target.empty() || target.front() == '/') {
    return 0;
  }
  const std::size_t scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) {
    return 0;
  }
  const std::size_t begin = target.find_first_of("/?", scheme_end + 3);
  return begin == std::string_view::npos ? target.size() : begin;
}

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (Lowered(a[i]) != Lowered(b[i])) {
      return false;
    }
  }
  return true;
}

bool ListHasToken(std::string_view value, std::string_view token) {
  while (true) {
    const std::size_t comma = value.find(',');
    if (EqualsIgnoringCase(Trimmed(value.substr(0, comma)), token)) {
      return true;
    }
    if (comma == std::string_view::npos) {
      return false;
    }
    value.remove_prefix(comma + 1);
  }
}

void HttpFields::Iterator::Read() {
  const std::size_t line_end = rest_.find('\n');
  const std::size_t colon = rest_.substr(0, line_end).find(':');
  if (line_end == std::string_view::npos || colon == std::string_view::npos) {
    *this = Iterator();
    return;
  }
  line_size_ = line_end + 1;
  field_.name = rest_.substr(0, colon);
  // The value of a validated line is followed by CRLF; the LF is left out here, the CR below.
  std::string_view value = rest_.substr(colon + 1, line_end - colon - 1);
  if (!value.empty() && value.back() == '\r') {
    value.remove_suffix(1);
  }
  field_.value = Trimmed(value);
}

std::string_view HttpRequest::path() const {
  const std::string_view target = parts_.target;
  // An authority, which may hold anything but a path.
  if (parts_.method == HttpMethod::kConnect) {
    return target;
  }
  const std::size_t begin = PathBegin(target);
  const std::string_view path = target.substr(begin, target.find('?', begin) - begin);
  return path.empty() ? std::string_view("/") : path;
}

std::string_view HttpRequest::query() const {
  const std::size_t mark = parts_.target.find('?');
  return mark == std::string_view::npos ? std::string_view() : parts_.target.substr(mark + 1);
}

std::optional<std::string_view> HttpRequest::Header(std::string_view name) const {
  for (const HttpField& field : headers()) {
    if (EqualsIgnoringCase(field.name, name)) {
      return field.value;
    }
  }
  return std::nullopt;
}

}  // namespace edgewise
