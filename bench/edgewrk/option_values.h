// The values of edgewrk's options: each function reads a text into a value, or says in one line
// what is wrong with it and what a right one looks like (kInvalidArgument).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "bench/edgewrk/run_plan.h"

namespace edgewise::wrk {

// "WHAT: WHY; see --help".
absl::Status Wrong(std::string_view what, std::string_view why);

absl::StatusOr<std::uint64_t> CountWithin(std::string_view flag, const char* text,
                                          std::uint64_t least, std::uint64_t most);
// Into a number of any kind that holds `most`.
template <typename Number>
absl::Status ReadCount(std::string_view flag, const char* text, std::uint64_t least,
                       std::uint64_t most, Number& into) {
  const absl::StatusOr<std::uint64_t> value = CountWithin(flag, text, least, most);
  if (value.ok()) into = static_cast<Number>(*value);
  return value.status();
}

absl::Status ReadTime(std::string_view flag, const char* text, Duration least, Duration& into);
absl::Status ReadRate(const char* text, double& rate);
absl::Status ReadArrivals(std::string_view text, Arrivals& arrivals);
// A text, or "@FILE".
absl::Status ReadBody(const char* text, std::string& body);
// "Name: value", added to `headers`.
absl::Status ReadHeader(std::string_view text, std::vector<std::string>& headers);

}  // namespace edgewise::wrk
