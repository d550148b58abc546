// The steps are those of HdrHistogram's percentile iterator: from 0 on, each a fifth of the way
// that the percentile's distance from 100 halves in.
#include "bench/edgewrk/percentile_spectrum.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace edgewise::wrk {
namespace {

constexpr double kTicksPerHalving = 5;

template <typename... Arguments>
void Print(std::string& text, const char* format, Arguments... arguments) {
  std::array<char, 160> line{};
  const int size = std::snprintf(line.data(), line.size(), format, arguments...);
  text.append(line.data(), static_cast<std::size_t>(size));
}

double Milliseconds(double nanoseconds) { return nanoseconds / 1e6; }

}  // namespace

std::string PercentileSpectrum(const LatencyHistogram& histogram) {
  std::string text;
  Print(text, "%12s %12s %12s %12s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
  const auto total = static_cast<double>(histogram.count());
  std::uint64_t seen = 0;
  double next = 0;
  const auto line = [&text](Duration value, double percentile, std::uint64_t count) {
    Print(text, "%12.3f %12f %12llu %12.2f\n", Milliseconds(static_cast<double>(value.count())),
          percentile / 100, static_cast<unsigned long long>(count), 1 / (1 - percentile / 100));
  };
  Duration last{};
  histogram.ForEachStep([&](Duration highest, std::uint64_t count) {
    seen += count;
    last = highest;
    // The step in which everything has been seen has one line, and that of 100 behind it.
    const double reached = 100 * static_cast<double>(seen) / total;
    while (next <= reached && next < 100) {
      line(highest, next, seen);
      const double halvings = std::floor(std::log2(100 / (100 - next))) + 1;
      next += 100 / (kTicksPerHalving * std::exp2(halvings));
      if (seen == histogram.count()) break;
    }
  });
  if (seen != 0) line(last, 100, seen);
  Print(text, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n",
        Milliseconds(static_cast<double>(histogram.Mean())),
        Milliseconds(static_cast<double>(histogram.StandardDeviation())));
  Print(text, "#[Max     = %12.3f, Total count    = %12llu]\n",
        Milliseconds(static_cast<double>(histogram.max().count())),
        static_cast<unsigned long long>(histogram.count()));
  Print(text, "#[Buckets = %12d, SubBuckets     = %12d]\n", 54, 2048);
  return text;
}

}  // namespace edgewise::wrk
