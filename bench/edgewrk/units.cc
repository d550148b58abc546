// The arithmetic is wrk's own (long double, 85 %), so that the last digit is the same.
#include "bench/edgewrk/units.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>

namespace edgewise::wrk {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

// A number, and the factor of its unit. None if there is no such unit.
struct Parsed {
  double number;
  double factor;
};

bool SameLetters(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(a[i])) != b[i]) return false;
  }
  return true;
}

std::optional<double> Parse(std::string_view text, std::span<const Unit> units) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (SameLetters(name, unit.name)) return number * unit.factor;
  }
  return std::nullopt;
}

constexpr std::array<Unit, 4> kMetric{{{"", 1}, {"k", 1e3}, {"m", 1e6}, {"g", 1e9}}};
constexpr std::array<Unit, 7> kTimes{
    {{"", 1e9}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}}};

std::string Format(long double amount, double scale, const char* base,
                   std::span<const char* const> units, int digits) {
  const char* unit = base;
  // The last unit of a list is never taken, as in wrk.
  for (std::size_t i = 0; i + 1 < units.size() && amount >= scale * 0.85; ++i) {
    amount /= scale;
    unit = units[i];
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*Lf%s", digits, amount, unit);
  return text.data();
}

constexpr std::array<const char*, 2> kMicrosecondUnits{"ms", "s"};
constexpr std::array<const char*, 2> kSecondUnits{"m", "h"};
constexpr std::array<const char*, 5> kBinaryUnits{"K", "M", "G", "T", "P"};
constexpr std::array<const char*, 5> kMetricUnits{"k", "M", "G", "T", "P"};

}  // namespace

std::optional<std::uint64_t> ParseCount(std::string_view text) {
  const std::optional<double> value = Parse(text, kMetric);
  if (!value || *value > 1e15 || *value != std::floor(*value)) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::optional<Duration> ParseTime(std::string_view text) {
  const std::optional<double> value = Parse(text, kTimes);
  constexpr double kLongest = 1e9 * 86400 * 365;
  if (!value || *value > kLongest) return std::nullopt;
  return Duration(static_cast<Duration::rep>(std::llround(*value)));
}

std::optional<double> ParseRate(std::string_view text) {
  const std::optional<double> value = Parse(text, kMetric);
  return value && *value <= 1e12 ? value : std::nullopt;
}

std::string FormatLatency(long double microseconds) {
  if (microseconds >= 1000000.0L) {
    return Format(microseconds / 1000000.0L, 60, "s", kSecondUnits, 2);
  }
  return Format(microseconds, 1000, "us", kMicrosecondUnits, 2);
}

std::string FormatMetric(long double number) { return Format(number, 1000, "", kMetricUnits, 2); }

std::string FormatBinary(long double bytes) { return Format(bytes, 1024, "", kBinaryUnits, 2); }

std::string FormatSeconds(Duration duration) {
  const long double seconds = std::chrono::duration<long double>(duration).count();
  const bool whole = seconds == std::floor(seconds);
  return Format(seconds, 60, "s", kSecondUnits, whole ? 0 : 1);
}

std::string InColumn(std::string_view text, int width) {
  const auto is_letter = [&text](std::size_t from_end) {
    return text.size() >= from_end &&
           std::isalpha(static_cast<unsigned char>(text[text.size() - from_end])) != 0;
  };
  const int pad = 2 - (is_letter(1) ? 1 : 0) - (is_letter(2) ? 1 : 0);
  const auto columns = static_cast<std::size_t>(width - pad);
  std::string column(text.size() < columns ? columns - text.size() : 0, ' ');
  column += text.substr(0, columns);
  column.append(static_cast<std::size_t>(pad), ' ');
  return column;
}

long double Microseconds(Duration duration) {
  return static_cast<long double>(duration.count()) / 1000.0L;
}

double Seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

}  // namespace edgewise::wrk
