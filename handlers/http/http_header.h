// HttpHeader: a header field of a response that cannot break the response.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "handlers/http/http_header_value.h"

namespace edgewise {

namespace http_internal {

// A token, and none of the names by which the response's head says how it is framed.
constexpr bool IsHeaderName(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  const auto lowered = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (const char c : text) {
    const char low = lowered(c);
    if (!(low >= 'a' && low <= 'z') && !(c >= '0' && c <= '9') &&
        kMarks.find(c) == std::string_view::npos) {
      return false;
    }
  }
  for (const std::string_view framing : {"content-length", "transfer-encoding", "connection"}) {
    bool same = text.size() == framing.size();
    for (std::size_t i = 0; same && i < framing.size(); ++i) {
      same = lowered(text[i]) == framing[i];
    }
    if (same) {
      return false;
    }
  }
  return !text.empty();
}

}  // namespace http_internal

// A name and a value. The value is an HttpHeaderValue. The name is a token, and none of
// Content-Length, Transfer-Encoding and Connection: those follow from the response itself, and
// HttpResponseHead writes them. Checked by the compiler where both are literals, else by `From`.
//
// Threading: a value. Lifetime of views: it is two views; the texts must outlive it.
//
//   constexpr HttpHeader kNoStore("Cache-Control", "no-store");
//   if (auto location = HttpHeader::From("Location", target)) ...;
class HttpHeader {
 public:
  // Of two literals. One that is not allowed does not compile.
  template <std::size_t kNameSize, std::size_t kValueSize>
  consteval HttpHeader(const char (&name)[kNameSize], const char (&value)[kValueSize])
      : name_(name, kNameSize - 1), value_(value) {
    if (!http_internal::IsHeaderName(name_)) {
      http_internal::HeaderTextIsNotAllowed();
    }
  }

  // None if the name is not allowed or the value has a forbidden byte.
  static constexpr std::optional<HttpHeader> From(std::string_view name, std::string_view value) {
    const std::optional<HttpHeaderValue> checked = HttpHeaderValue::From(value);
    return checked && http_internal::IsHeaderName(name) ? std::optional(HttpHeader(name, *checked))
                                                        : std::nullopt;
  }

  // The views it was made of:
  constexpr std::string_view name() const { return name_; }
  constexpr std::string_view value() const { return value_.text(); }

 private:
  constexpr HttpHeader(std::string_view name, HttpHeaderValue value) : name_(name), value_(value) {}

  std::string_view name_;
  HttpHeaderValue value_;
};

}  // namespace edgewise
