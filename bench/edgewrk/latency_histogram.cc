// Steps: the first 2,048 are one nanosecond wide; from there on each 1,024 are twice as wide as
// those before.
#include "bench/edgewrk/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace edgewise::wrk {

LatencyHistogram::LatencyHistogram() : counts_(kSteps) {}

std::size_t LatencyHistogram::StepOf(std::uint64_t value) {
  const int shift = std::bit_width(value | (kSubBuckets - 1)) - (kHalfBits + 1);
  return (static_cast<std::size_t>(shift) << kHalfBits) + static_cast<std::size_t>(value >> shift);
}

Duration LatencyHistogram::LowestOf(std::size_t step) {
  if (step < kSubBuckets) return Duration(static_cast<Duration::rep>(step));
  const std::size_t shift = (step >> kHalfBits) - 1;
  const std::uint64_t sub = step - (shift << kHalfBits);
  return Duration(static_cast<Duration::rep>(sub << shift));
}

Duration LatencyHistogram::WidthOf(std::size_t step) {
  return Duration(Duration::rep{1} << (step < kSubBuckets ? 0 : (step >> kHalfBits) - 1));
}

Duration LatencyHistogram::HighestOf(std::size_t step) {
  return LowestOf(step) + (WidthOf(step) - Duration(1));
}

// (Not by way of what follows the step: after the last one there is no duration.)
Duration LatencyHistogram::MiddleOf(std::size_t step) { return LowestOf(step) + WidthOf(step) / 2; }

void LatencyHistogram::Count(Duration value, std::uint64_t times) {
  value = std::max(value, Duration::zero());
  counts_[StepOf(static_cast<std::uint64_t>(value.count()))] += times;
  count_ += times;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void LatencyHistogram::RecordAtLeast(Duration value) {
  Record(value);
  ++at_least_count_;
  lowest_at_least_ = std::min(lowest_at_least_, std::max(value, Duration::zero()));
}

void LatencyHistogram::Add(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < kSteps; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  at_least_count_ += other.at_least_count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  lowest_at_least_ = std::min(lowest_at_least_, other.lowest_at_least_);
}

void LatencyHistogram::Clear() { *this = LatencyHistogram(); }

long double LatencyHistogram::Mean() const {
  if (count_ == 0) return 0;
  long double sum = 0;
  for (std::size_t i = 0; i < kSteps; ++i) {
    if (counts_[i] == 0) continue;
    sum += static_cast<long double>(MiddleOf(i).count()) * static_cast<long double>(counts_[i]);
  }
  return sum / static_cast<long double>(count_);
}

long double LatencyHistogram::StandardDeviation() const {
  if (count_ == 0) return 0;
  const long double mean = Mean();
  long double sum = 0;
  for (std::size_t i = 0; i < kSteps; ++i) {
    if (counts_[i] == 0) continue;
    const long double off = static_cast<long double>(MiddleOf(i).count()) - mean;
    sum += off * off * static_cast<long double>(counts_[i]);
  }
  return std::sqrt(sum / static_cast<long double>(count_));
}

long double LatencyHistogram::ShareWithinDeviation() const {
  if (count_ == 0) return 0;
  const long double mean = Mean();
  const long double deviation = StandardDeviation();
  std::uint64_t within = 0;
  for (std::size_t i = 0; i < kSteps; ++i) {
    const long double off = static_cast<long double>(MiddleOf(i).count()) - mean;
    if (counts_[i] != 0 && std::abs(off) <= deviation) within += counts_[i];
  }
  return static_cast<long double>(within) / static_cast<long double>(count_);
}

Quantile LatencyHistogram::At(double share) const {
  if (count_ == 0) return {};
  const auto rank = static_cast<std::uint64_t>(
      std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kSteps; ++i) {
    seen += counts_[i];
    if (counts_[i] == 0 || seen < rank) continue;
    const Duration value = std::min(HighestOf(i), max_);
    return {.value = value, .at_least = at_least_count_ != 0 && lowest_at_least_ <= value};
  }
  return {.value = max_, .at_least = max_is_at_least()};
}

}  // namespace edgewise::wrk
