// A wheel and timers with names, for tests to derive from.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <list>
#include <vector>

#include "reactor/timer_wheel.h"
#include "test/reactor/logged_timer.h"

namespace edgewise {

struct TimerFixture {
  using Log = std::vector<int>;
  static constexpr Time kStart{std::chrono::hours(1000) + std::chrono::nanoseconds(12345)};
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  LoggedTimer& Add(int name) { return timers.emplace_back(log, name); }
  LoggedTimer& Arm(int name, Time deadline) {
    LoggedTimer& timer = Add(name);
    wheel.Arm(timer, deadline);
    return timer;
  }
  // Expires at `now` until nothing more is due.
  void ExpireAll(Time now) {
    while (wheel.NextWake() <= now) wheel.Expire(now, kAll);
  }

  Log log;
  TimerWheel wheel{kStart};
  std::list<LoggedTimer> timers;  // emptied before the wheel goes
};

}  // namespace edgewise
