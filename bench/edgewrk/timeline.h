// Timeline: how a run went, window by window: for pictures, so roughly (a sixteenth) but small.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "reactor/kernel/time.h"

namespace edgewise::wrk {

// One window, ready to be drawn. A value.
struct TimelinePoint {
  double seconds = 0;  // from the beginning of the run to the middle of the window
  double rate = 0;     // answers a second
  Duration p50{};
  Duration p99{};
  Duration max{};
};

// Threading: a value, used by one thread at a time. Size: 4 KiB for each window.
class Timeline {
 public:
  // A window begins, and the one before ends, at `at` after the beginning of the run.
  void BeginWindow(Duration at);
  void Record(Duration latency) {
    if (windows_.empty()) return;
    Window& window = windows_.back();
    ++window.counts[StepOf(static_cast<std::uint64_t>(latency.count()))];
    if (latency > window.max) window.max = latency;
  }
  // The last window ends.
  void End(Duration at) { end_ = at; }
  // Window by window. (Those of threads that began together.)
  void Add(const Timeline& other);

  std::vector<TimelinePoint> Points() const;

 private:
  static constexpr int kSubBits = 4;
  static constexpr std::size_t kSteps = (64 - kSubBits + 1) << kSubBits;

  struct Window {
    Duration begin{};
    Duration max{};
    std::array<std::uint32_t, kSteps> counts{};
  };

  static std::size_t StepOf(std::uint64_t value) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - (kSubBits + 1));
    return (static_cast<std::size_t>(shift) << kSubBits) + static_cast<std::size_t>(value >> shift);
  }
  static Duration HighestOf(std::size_t step);
  static Duration QuantileOf(const Window& window, std::uint64_t count, double share);

  std::vector<Window> windows_;
  Duration end_{};
};

}  // namespace edgewise::wrk
