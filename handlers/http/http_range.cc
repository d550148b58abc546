// Strict: what is not exactly one range of the grammar is no range.
#include "handlers/http/http_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "handlers/http/http_request.h"

namespace edgewise {
namespace {

// A number of digits only. One that is larger than any file stands for the largest.
std::optional<std::uint64_t> NumberOf(std::string_view digits) {
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || stopped != end) return std::nullopt;
  return error == std::errc::result_out_of_range ? ~std::uint64_t{0} : value;
}

}  // namespace

HttpRange HttpRange::Of(std::string_view value, std::uint64_t size) {
  const HttpRange whole{.kind = Kind::kWhole, .offset = 0, .bytes = size};
  const HttpRange nothing{.kind = Kind::kUnsatisfiable};
  constexpr std::string_view kUnit = "bytes=";
  if (!EqualsIgnoringCase(value.substr(0, kUnit.size()), kUnit)) return whole;
  value.remove_prefix(kUnit.size());
  const std::size_t dash = value.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view from = value.substr(0, dash);
  const std::string_view to = value.substr(dash + 1);
  if (from.empty()) {
    const std::optional<std::uint64_t> last = NumberOf(to);
    if (!last) return whole;
    if (*last == 0 || size == 0) return nothing;
    const std::uint64_t bytes = std::min(*last, size);
    return {.kind = Kind::kPart, .offset = size - bytes, .bytes = bytes};
  }
  const std::optional<std::uint64_t> first = NumberOf(from);
  const std::optional<std::uint64_t> last =
      to.empty() ? std::optional(~std::uint64_t{0}) : NumberOf(to);
  if (!first || !last || *last < *first) return whole;
  if (*first >= size) return nothing;
  return {.kind = Kind::kPart, .offset = *first, .bytes = std::min(*last, size - 1) - *first + 1};
}

}  // namespace edgewise
