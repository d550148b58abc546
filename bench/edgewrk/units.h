// Numbers with units, in wrk's manner: "1k", "30s", and how wrk prints them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reactor/kernel/time.h"

namespace edgewise::wrk {

// --- Read. None if `text` is not a number with one of the units, or is out of range.

// "400", "1k", "2M", "1G" (thousands): whole numbers.
std::optional<std::uint64_t> ParseCount(std::string_view text);
// "30" (seconds), "30s", "2m", "1h" as wrk has them; "100ms", "50us" besides; "1.5s" too.
std::optional<Duration> ParseTime(std::string_view text);
// "0.5", "2.5k": a rate, at least zero.
std::optional<double> ParseRate(std::string_view text);

// --- Printed, byte for byte as wrk does: two digits behind the point; the next unit is taken from
// 85 % of it on, hence "0.89ms".

std::string FormatLatency(long double microseconds);  // "635.91us", "12.92ms", "1.50s"
std::string FormatMetric(long double number);         // "56.20k"
std::string FormatBinary(long double bytes);          // "17.76G", to be followed by "B"
std::string FormatSeconds(Duration duration);         // "30s", "2m": of a test's length
// `text` right-aligned in `width` columns such that numbers stand above each other whatever the
// length of their units, as in wrk's tables.
std::string InColumn(std::string_view text, int width);

long double Microseconds(Duration duration);
double Seconds(Duration duration);

}  // namespace edgewise::wrk
