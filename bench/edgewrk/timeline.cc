#include "bench/edgewrk/timeline.h"

#include <cmath>
#include <numeric>

namespace edgewise::wrk {

void Timeline::BeginWindow(Duration at) {
  windows_.emplace_back().begin = at;
  end_ = at;
}

void Timeline::Add(const Timeline& other) {
  end_ = std::max(end_, other.end_);
  for (std::size_t i = 0; i < other.windows_.size(); ++i) {
    const Window& theirs = other.windows_[i];
    if (i == windows_.size()) {
      windows_.push_back(theirs);
      continue;
    }
    Window& ours = windows_[i];
    ours.max = std::max(ours.max, theirs.max);
    for (std::size_t step = 0; step < kSteps; ++step) ours.counts[step] += theirs.counts[step];
  }
}

Duration Timeline::HighestOf(std::size_t step) {
  constexpr std::size_t kSub = std::size_t{1} << kSubBits;
  if (step < 2 * kSub) return Duration(static_cast<Duration::rep>(step));
  const std::size_t shift = (step >> kSubBits) - 1;
  return Duration(static_cast<Duration::rep>(((step - (shift << kSubBits) + 1) << shift) - 1));
}

Duration Timeline::QuantileOf(const Window& window, std::uint64_t count, double share) {
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count)));
  std::uint64_t seen = 0;
  for (std::size_t step = 0; step < kSteps; ++step) {
    seen += window.counts[step];
    if (window.counts[step] != 0 && seen >= rank) return std::min(HighestOf(step), window.max);
  }
  return window.max;
}

std::vector<TimelinePoint> Timeline::Points() const {
  std::vector<TimelinePoint> points;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    const Window& window = windows_[i];
    const Duration end = i + 1 < windows_.size() ? windows_[i + 1].begin : end_;
    const std::chrono::duration<double> length = end - window.begin;
    if (length.count() <= 0) continue;
    const auto count =
        std::accumulate(window.counts.begin(), window.counts.end(), std::uint64_t{0});
    const std::chrono::duration<double> begin = window.begin;
    points.push_back({.seconds = begin.count() + length.count() / 2,
                      .rate = static_cast<double>(count) / length.count(),
                      .p50 = QuantileOf(window, count, 0.5),
                      .p99 = QuantileOf(window, count, 0.99),
                      .max = window.max});
  }
  return points;
}

}  // namespace edgewise::wrk
