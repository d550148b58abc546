// HttpHeaderValue: the value of a response's header field, which cannot break the response.
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

  // The view it was made of; empty by default.
  constexpr std::string_view text() const { return text_; }

 private:
  explicit constexpr HttpHeaderValue(std::string_view checked) : text_(checked) {}

  std::string_view text_;
};

}  // namespace edgewise
