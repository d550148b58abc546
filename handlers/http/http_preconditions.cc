// Entity tags as lists, dates to the second. A date that is none is as if the field were absent.
#include "handlers/http/http_preconditions.h"

#include <optional>

#include "handlers/http/http_date.h"

namespace edgewise {
namespace {

// A date to the second cannot tell two changes within it apart: it counts only when it is long past
// (RFC 9110, 8.8.2.2).
constexpr Duration kStrongAfter = std::chrono::seconds(60);

enum class Comparison { kStrong, kWeak };

// The tag at the front of `list`, with its W/ if it is weak; empty if there is none.
std::string_view FrontTag(std::string_view list) {
  const std::size_t quote = list.starts_with("W/") ? 2 : 0;
  if (list.size() <= quote || list[quote] != '"') return {};
  const std::size_t end = list.find('"', quote + 1);
  return end == std::string_view::npos ? std::string_view() : list.substr(0, end + 1);
}

// Whether `tag`, a strong one, is among the list's. Text that is no tag ends the list.
bool ListHasTag(std::string_view list, std::string_view tag, Comparison comparison) {
  if (list == "*") return true;
  while (true) {
    const std::size_t begin = list.find_first_not_of(", \t");
    if (begin == std::string_view::npos) return false;
    list.remove_prefix(begin);
    std::string_view front = FrontTag(list);
    if (front.empty()) return false;
    list.remove_prefix(front.size());
    if (comparison == Comparison::kWeak && front.starts_with("W/")) front.remove_prefix(2);
    if (front == tag) return true;
  }
}

// The same over all fields of that name, which together are one list (RFC 9110, 5.3).
bool FieldsHaveTag(const HttpRequest& request, std::string_view name, std::string_view tag,
                   Comparison comparison) {
  for (const HttpField& field : request.headers()) {
    if (EqualsIgnoringCase(field.name, name) && ListHasTag(field.value, tag, comparison)) {
      return true;
    }
  }
  return false;
}

std::optional<WallTime> DateIn(const HttpRequest& request, std::string_view name, WallTime now) {
  const std::optional<std::string_view> value = request.Header(name);
  return value ? ParseHttpDate(*value, now) : std::nullopt;
}

}  // namespace

HttpPrecondition JudgePreconditions(const HttpRequest& request, const HttpValidators& validators,
                                    WallTime now) {
  if (request.Header("If-Match")) {
    if (!FieldsHaveTag(request, "If-Match", validators.entity_tag, Comparison::kStrong)) {
      return HttpPrecondition::kFailed;
    }
  } else if (const auto date = DateIn(request, "If-Unmodified-Since", now)) {
    if (validators.modified > *date) return HttpPrecondition::kFailed;
  }
  if (request.Header("If-None-Match")) {
    return FieldsHaveTag(request, "If-None-Match", validators.entity_tag, Comparison::kWeak)
               ? HttpPrecondition::kNotModified
               : HttpPrecondition::kHolds;
  }
  if (const auto date = DateIn(request, "If-Modified-Since", now)) {
    if (validators.modified <= *date) return HttpPrecondition::kNotModified;
  }
  return HttpPrecondition::kHolds;
}

bool RangeApplies(const HttpRequest& request, const HttpValidators& validators, WallTime now) {
  const std::optional<std::string_view> condition = request.Header("If-Range");
  if (!condition) return true;
  if (!FrontTag(*condition).empty()) return *condition == validators.entity_tag;
  const std::optional<WallTime> date = ParseHttpDate(*condition, now);
  return date && *date == validators.modified && now - *date >= kStrongAfter;
}

}  // namespace edgewise
