#include "bench/edgewrk/ratio.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace edgewise::wrk {
namespace {

constexpr std::size_t kResamples = 8000;
constexpr double kTail = 0.025;
constexpr double kSureTail = 0.0005;

// Reorders `logs`.
double MiddleOf(std::vector<double>& logs) {
  const std::size_t cut = logs.size() / 5;
  std::sort(logs.begin(), logs.end());
  const auto first = logs.begin() + static_cast<std::ptrdiff_t>(cut);
  const auto last = logs.end() - static_cast<std::ptrdiff_t>(cut);
  return std::accumulate(first, last, 0.0) / static_cast<double>(last - first);
}

}  // namespace

Ratio MiddleRatio(const std::vector<double>& ratios, std::uint64_t seed) {
  std::vector<double> logs;
  for (const double ratio : ratios) {
    if (ratio > 0 && std::isfinite(ratio)) logs.push_back(std::log(ratio));
  }
  if (logs.empty()) return {};
  const double middle = MiddleOf(logs);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::size_t> which(0, logs.size() - 1);
  std::vector<double> middles;
  middles.reserve(kResamples);
  std::vector<double> sample(logs.size());
  for (std::size_t i = 0; i < kResamples; ++i) {
    for (double& value : sample) value = logs[which(random)];
    middles.push_back(MiddleOf(sample));
  }
  std::sort(middles.begin(), middles.end());
  // As many left out below as above, so that B/A and A/B are judged alike.
  const auto left_out = [](double tail) { return static_cast<std::size_t>(tail * kResamples); };
  const auto low = [&](double tail) { return std::exp(middles[left_out(tail)]); };
  const auto high = [&](double tail) { return std::exp(middles[kResamples - 1 - left_out(tail)]); };
  return {.count = logs.size(),
          .value = std::exp(middle),
          .low = low(kTail),
          .high = high(kTail),
          .sure_low = low(kSureTail),
          .sure_high = high(kSureTail)};
}

}  // namespace edgewise::wrk
