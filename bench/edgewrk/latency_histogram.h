// LatencyHistogram: any number of durations, to three significant digits.
//
// The layout is HdrHistogram's (2,048 sub-buckets in each power of two; http://hdrhistogram.org):
// values up to 2,047 ns are kept exactly, larger ones in steps of less than a thousandth. It covers
// every duration that there is, so nothing is clamped or dropped.
//
// Not every duration is known: a request that was still unanswered when the run ended took *at
// least* so long. Such lower bounds are recorded apart. A quantile counts them as values, and is
// itself a lower bound if one of them is not above it: whatever that request would have taken, it
// could only have moved the quantile up.
#pragma once

#include <cstdint>
#include <vector>

#include "reactor/kernel/time.h"

namespace edgewise::wrk {

// A quantile, and whether it is known or the least that it can be.
struct Quantile {
  Duration value{};
  bool at_least = false;
};

// Threading: a value, used by one thread at a time. Size: 440 KiB, of which only what was recorded
// in is ever touched.
class LatencyHistogram {
 public:
  LatencyHistogram();

  // Negative durations count as zero.
  void Record(Duration value) { Count(value, 1); }
  void RecordAtLeast(Duration value);
  void Add(const LatencyHistogram& other);
  void Clear();

  // Known and unknown ones.
  std::uint64_t count() const { return count_; }
  std::uint64_t at_least_count() const { return at_least_count_; }
  // Zero if empty; exact.
  Duration min() const { return count_ == 0 ? Duration::zero() : min_; }
  Duration max() const { return max_; }
  bool max_is_at_least() const { return at_least_count_ != 0 && lowest_at_least_ <= max_; }
  // Of the middles of the buckets, as HdrHistogram has it; zero if empty. Nanoseconds.
  long double Mean() const;
  long double StandardDeviation() const;
  // The share (0 to 1) of values within one standard deviation of the mean.
  long double ShareWithinDeviation() const;
  // The smallest value that `share` (0 to 1) of all values do not exceed, rounded up to its step
  // but not beyond max().
  Quantile At(double share) const;

  // Each step that has values, in ascending order: visit(the highest value of it, count).
  template <typename Visit>
  void ForEachStep(Visit&& visit) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] != 0) visit(HighestOf(i), counts_[i]);
    }
  }

 private:
  static constexpr int kHalfBits = 10;  // half a bucket: 1,024 sub-buckets
  static constexpr std::uint64_t kSubBuckets = std::uint64_t{2} << kHalfBits;
  static constexpr std::size_t kSteps = (64 - kHalfBits) << kHalfBits;

  static std::size_t StepOf(std::uint64_t value);
  static Duration LowestOf(std::size_t step);
  static Duration WidthOf(std::size_t step);
  static Duration HighestOf(std::size_t step);
  static Duration MiddleOf(std::size_t step);
  void Count(Duration value, std::uint64_t times);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t at_least_count_ = 0;
  Duration min_ = Duration::max();
  Duration max_ = Duration::zero();
  Duration lowest_at_least_ = Duration::max();
};

}  // namespace edgewise::wrk
