// Words and numbers.
#include "bench/edgewrk/company_spec.h"

#include <array>
#include <charconv>

#include "absl/status/status.h"
#include "reactor/kernel/text.h"

namespace edgewise::wrk {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 7> kNames{
    "idle", "greedy", "slow-reader", "slow-sender", "reset", "half-close", "vanish"};

absl::Status Wrong(std::string_view text, std::string_view why) {
  const std::string line = "'" + std::string(text) + "': " + std::string(why);
  return absl::InvalidArgumentError(AbslView(line));
}

std::string AllNames() {
  std::string names;
  for (const std::string_view name : kNames) {
    if (!names.empty()) names += name == kNames.back() ? " and " : ", ";
    names += name;
  }
  return names;
}

}  // namespace

std::string_view CompanyKindName(CompanyKind kind) {
  return kNames.at(static_cast<std::size_t>(kind));
}

absl::StatusOr<CompanySpec> CompanySpec::Parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  CompanySpec spec;
  std::size_t index = 0;
  while (index < kNames.size() && kNames.at(index) != name) ++index;
  if (index == kNames.size()) {
    return Wrong(text, "no such kind of company; there are " + AllNames() + ", as in vanish:50");
  }
  spec.kind = static_cast<CompanyKind>(index);
  if (colon == std::string_view::npos) return spec;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), spec.count);
  if (error != std::errc() || end != digits.data() + digits.size() || spec.count == 0 ||
      spec.count > kCountMax) {
    return Wrong(text, "the number behind the colon must be from 1 to " +
                           std::to_string(kCountMax) + ", as in " + std::string(name) + ":50");
  }
  return spec;
}

std::string CompanySpec::ToString() const {
  return std::string(CompanyKindName(kind)) + ":" + std::to_string(count);
}

}  // namespace edgewise::wrk
