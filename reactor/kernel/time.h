// The clocks of Edgewise: one duration type throughout, never a bare integer.
#pragma once

#include <chrono>

namespace edgewise {

// The tag of the monotonic clock. It has no `now()` on purpose: only a `Kernel` knows the time,
// and in a simulation that time is virtual.
struct MonotonicClock {
  using rep = std::chrono::nanoseconds::rep;
  using period = std::chrono::nanoseconds::period;
  using duration = std::chrono::nanoseconds;
  static constexpr bool is_steady = true;
};

// Nanoseconds, signed: almost 300 years either way.
using Duration = std::chrono::nanoseconds;
// A point on the kernel's CLOCK_MONOTONIC. The epoch is arbitrary; zero is never a real instant.
using Time = std::chrono::time_point<MonotonicClock, Duration>;
// Seconds and nanoseconds since 1970-01-01 UTC. May leap; never used for a deadline.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

// "Wait without a limit" where a duration is a timeout, "no such deadline" where it is a limit.
inline constexpr Duration kForever = Duration::max();
// A deadline that does not come.
inline constexpr Time kNever = Time::max();

}  // namespace edgewise
