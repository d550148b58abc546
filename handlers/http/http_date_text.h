// HttpDateText: a date as HTTP writes it, 29 bytes long, by construction.
#pragma once

#include <cstddef>
#include <string_view>

namespace edgewise {

// The text of a Date header, or nothing. Only HttpDate makes one that is not empty, so that it can
// be written into a response without a look at it.
//
// Threading: a value. Lifetime of views: it is a view, which ends as HttpDate::At says.
class HttpDateText {
 public:
  // Bytes of every date.
  static constexpr std::size_t kBytes = 29;

  constexpr HttpDateText() = default;

  // Empty, or kBytes bytes.
  std::string_view view() const { return {text_, text_ == nullptr ? 0 : kBytes}; }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)

 private:
  friend class HttpDate;
  explicit constexpr HttpDateText(const char* text) : text_(text) {}

  const char* text_ = nullptr;
};

}  // namespace edgewise
