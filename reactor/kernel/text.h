// A bridge between two string views. Debian 12 builds Abseil with a string_view of its own, which
// converts neither to nor from std::string_view; elsewhere the two are one type.
#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace edgewise {

// The same bytes as the other type; nothing is copied:
inline absl::string_view AbslView(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view StdView(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace edgewise
