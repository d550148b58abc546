// CounterField: one counter of a struct that lists them once, by name: added up, printed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace edgewise {

template <typename Counters>
using CounterField = std::pair<std::string_view, std::uint64_t Counters::*>;

// Adds each of `fields` of `other` to that of `sum`.
template <typename Fields, typename Counters>
void AddCounters(const Fields& fields, Counters& sum, const Counters& other) {
  for (const auto& [name, field] : fields) sum.*field += other.*field;
}

// "name value" lines.
template <typename Fields, typename Counters>
std::string CounterLines(const Fields& fields, const Counters& counters) {
  std::string text;
  for (const auto& [name, field] : fields) {
    text += std::string(name) + " " + std::to_string(counters.*field) + "\n";
  }
  return text;
}

}  // namespace edgewise
