// HttpHeader: a header field of a response that cannot break the response.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace edgewise {

namespace http_internal {

constexpr bool IsHeaderValue(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
      return false;
    }
  }
  return true;
}

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

// Not constexpr: reaching it stops the compiler, with this name in its message.
inline void HeaderTextIsNotAllowed() {}

}  // namespace http_internal

// The value of a response's header field: no CR, LF, NUL or other control byte but the tab, by
// construction. Checked by the compiler where the text is a literal, else by `From`.
//
// Threading: a value. Lifetime of views: it is a view; the text it was made of must outlive it.
class HttpHeaderValue {
 public:
  constexpr HttpHeaderValue() = default;
  // A literal with a forbidden byte does not compile.
  template <std::size_t kSize>
  consteval HttpHeaderValue(const char (&literal)[kSize])  // NOLINT(google-explicit-constructor)
      : text_(literal, kSize - 1) {
    if (!http_internal::IsHeaderValue(text_)) {
      http_internal::HeaderTextIsNotAllowed();
    }
  }

  // None if `text` has a forbidden byte.
  static constexpr std::optional<HttpHeaderValue> From(std::string_view text) {
    return http_internal::IsHeaderValue(text) ? std::optional(HttpHeaderValue(text)) : std::nullopt;
  }

  constexpr std::string_view text() const { return text_; }

 private:
  explicit constexpr HttpHeaderValue(std::string_view checked) : text_(checked) {}

  std::string_view text_;
};

// A name and a value. The name is a token, and none of Content-Length, Transfer-Encoding and
// Connection: those follow from the response itself, and HttpResponseHead writes them.
//
//   constexpr HttpHeader kNoStore("Cache-Control", "no-store");
//   if (auto location = HttpHeader::From("Location", target)) ...
class HttpHeader {
 public:
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

  constexpr std::string_view name() const { return name_; }
  constexpr std::string_view value() const { return value_.text(); }

 private:
  constexpr HttpHeader(std::string_view name, HttpHeaderValue value) : name_(name), value_(value) {}

  std::string_view name_;
  HttpHeaderValue value_;
};

}  // namespace edgewise
