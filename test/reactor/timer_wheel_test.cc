// The contract of TimerWheel, clause by clause. When to wake and how much to do at once is in
// timer_wheel_wake_test.cc, random walks in timer_wheel_model_test.cc, crowds in
// timer_wheel_crowd_test.cc.
#include "reactor/timer_wheel.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "test/reactor/timer_fixture.h"

namespace edgewise {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

using Log = TimerFixture::Log;
constexpr Time kStart = TimerFixture::kStart;
constexpr std::size_t kAll = TimerFixture::kAll;

TEST_CASE("a timer is 32 bytes") { STATIC_CHECK(sizeof(Timer) == 32); }

TEST_CASE("a timer runs at its deadline and not a nanosecond before") {
  const Time now = kStart;
  Log log;
  for (int bit = 0; bit < 61; ++bit) {
    for (int offset : {-1, 0, 1}) {
      const Time deadline = now + Duration{(std::int64_t{1} << bit) + offset};
      if (deadline <= now) continue;
      CAPTURE(bit, offset);
      TimerWheel wheel(now);
      LoggedTimer timer(log, bit);
      wheel.Arm(timer, deadline);
      CHECK(timer.armed());
      CHECK(wheel.NextWake() == deadline);
      CHECK(wheel.Expire(deadline - nanoseconds(1), kAll) == 0);
      CHECK(timer.armed());
      CHECK(wheel.Expire(deadline, kAll) == 1);
      CHECK_FALSE(timer.armed());
      CHECK(wheel.NextWake() == kNever);
    }
  }
}

TEST_CASE_METHOD(TimerFixture,
                 "timers run in the order of their deadlines, whatever the order of arming") {
  Arm(4, kStart + hours(3));
  Arm(1, kStart + nanoseconds(1));
  Arm(3, kStart + seconds(1) + nanoseconds(1));
  Arm(5, kStart + 100 * hours(24));
  Arm(2, kStart + seconds(1));
  CHECK(wheel.Expire(kStart + 365 * hours(24), kAll) == 5);
  CHECK(log == Log{1, 2, 3, 4, 5});
}

TEST_CASE("the epoch of the clock is a time like any other") {
  Log log;
  TimerWheel wheel(Time{} - seconds(2));
  LoggedTimer before(log, 1);
  LoggedTimer at(log, 2);
  LoggedTimer after(log, 3);
  wheel.Arm(after, Time{} + nanoseconds(1));
  wheel.Arm(at, Time{});
  wheel.Arm(before, Time{} - nanoseconds(1));
  CHECK(wheel.Expire(Time{} - nanoseconds(2), kAll) == 0);
  CHECK(wheel.Expire(Time{} + nanoseconds(1), kAll) == 3);
  CHECK(log == Log{1, 2, 3});
}

TEST_CASE_METHOD(TimerFixture,
                 "equal deadlines run in arming order, however far ahead each was armed") {
  const Time deadline = kStart + seconds(100);
  Arm(1, deadline);
  int name = 2;
  for (Duration before : {Duration(seconds(40)), Duration(seconds(1)), Duration(milliseconds(1)),
                          Duration(nanoseconds(900)), Duration(nanoseconds(1))}) {
    Arm(99, deadline - before);  // moves the wheel there
    ExpireAll(deadline - before);
    Arm(name++, deadline);
  }
  log.clear();
  ExpireAll(deadline);
  CHECK(log == Log{1, 2, 3, 4, 5, 6});
}

TEST_CASE_METHOD(TimerFixture, "arming an armed timer moves it") {
  LoggedTimer& timer = Arm(1, kStart + seconds(1));
  Arm(2, kStart + seconds(2));
  wheel.Arm(timer, kStart + seconds(3));
  CHECK(timer.deadline() == kStart + seconds(3));
  CHECK(wheel.Expire(kStart + seconds(5), kAll) == 2);
  CHECK(log == Log{2, 1});
}

TEST_CASE_METHOD(TimerFixture,
                 "a cancelled or destroyed timer does not run, and cancelling is idempotent") {
  Arm(1, kStart + seconds(1)).Cancel();
  Arm(2, kStart - seconds(1)).Cancel();
  auto doomed = std::make_unique<LoggedTimer>(log, 3);
  wheel.Arm(*doomed, kStart + seconds(1));
  doomed.reset();
  timers.front().Cancel();
  CHECK_FALSE(timers.front().armed());
  CHECK(wheel.NextWake() == kNever);
  CHECK(wheel.Expire(kStart + hours(1), kAll) == 0);
  CHECK(log.empty());
}

TEST_CASE_METHOD(TimerFixture,
                 "a timer that an earlier callback cancels, moves or destroys does not run") {
  const Duration gap = GENERATE(nanoseconds(0), nanoseconds(1), seconds(1));
  LoggedTimer& first = Arm(1, kStart + seconds(1));
  LoggedTimer& cancelled = Arm(2, kStart + seconds(1) + gap);
  LoggedTimer& moved = Arm(3, kStart + seconds(1) + gap);
  auto destroyed = std::make_unique<LoggedTimer>(log, 4);
  wheel.Arm(*destroyed, kStart + seconds(1) + gap);
  Arm(5, kStart + seconds(1) + gap);
  first.then = [&] {
    cancelled.Cancel();
    wheel.Arm(moved, kStart + hours(1));
    destroyed.reset();
  };
  CHECK(wheel.Expire(kStart + seconds(10), kAll) == 2);
  CHECK(log == Log{1, 5});
  CHECK(wheel.NextWake() == kStart + hours(1));
}

TEST_CASE_METHOD(TimerFixture, "a callback may destroy its own timer") {
  auto timer = std::make_unique<LoggedTimer>(log, 1);
  timer->then = [&] { timer.reset(); };
  wheel.Arm(*timer, kStart + seconds(1));
  Arm(2, kStart + seconds(1));
  CHECK(wheel.Expire(kStart + seconds(1), kAll) == 2);
  CHECK(timer == nullptr);
  CHECK(log == Log{1, 2});
}

TEST_CASE_METHOD(TimerFixture,
                 "one Expire runs a timer once, even if it re-arms itself for the past") {
  LoggedTimer& eager = Arm(1, kStart + seconds(1));
  eager.then = [&] { wheel.Arm(eager, kStart); };
  Arm(2, kStart + seconds(2));
  const Time now = kStart + seconds(3);
  CHECK(wheel.Expire(now, kAll) == 2);
  CHECK(log == Log{1, 2});
  CHECK(wheel.NextWake() <= now);
  CHECK(wheel.Expire(now, kAll) == 1);  // although time stands still
  CHECK(log == Log{1, 2, 1});
}

TEST_CASE_METHOD(TimerFixture, "timers that re-arm themselves for the past do not hold up others") {
  for (int name : {1, 2}) {
    LoggedTimer& eager = Arm(name, kStart);
    eager.then = [this, &eager] { wheel.Arm(eager, kStart - hours(1)); };
  }
  const Time now = kStart + seconds(1);
  wheel.Expire(now, 2);
  Arm(3, now + nanoseconds(1));
  for (int round = 0; round < 4; ++round) wheel.Expire(now + nanoseconds(round), 2);
  CHECK(std::count(log.begin(), log.end(), 3) == 1);
}

TEST_CASE_METHOD(TimerFixture, "a deadline in the past runs at the next Expire, in arming order") {
  wheel.Expire(kStart + seconds(5), kAll);
  Arm(1, kStart + seconds(6));
  wheel.Expire(kStart + seconds(7), kAll);
  Arm(2, kStart + seconds(4));
  Arm(3, Time::min());
  Arm(4, kStart + seconds(7));
  CHECK(wheel.NextWake() <= kStart + seconds(7));
  CHECK(wheel.Expire(kStart + seconds(7), kAll) == 3);
  CHECK(log == Log{1, 2, 3, 4});
}

TEST_CASE_METHOD(TimerFixture,
                 "an exception leaves Expire, its timer disarmed and the others armed") {
  Arm(1, kStart + seconds(1)).then = [] { throw std::runtime_error("from a callback"); };
  Arm(2, kStart + seconds(1));
  Arm(3, kStart + seconds(2));
  const Time now = kStart + seconds(3);
  CHECK_THROWS_AS(wheel.Expire(now, kAll), std::runtime_error);
  CHECK_FALSE(timers.front().armed());
  CHECK(wheel.NextWake() == kStart + seconds(1));
  CHECK(wheel.Expire(now, kAll) == 2);
  CHECK(log == Log{1, 2, 3});
}

// A place that was empty for a while must not be taken for the earliest when it is used again.

TEST_CASE_METHOD(TimerFixture, "years, centuries and kNever can be armed, and leapt to") {
  const Time century = kStart + 100 * 365 * hours(24);
  LoggedTimer& never = Arm(3, kNever);
  Arm(2, kNever - nanoseconds(1));
  Arm(1, century);
  CHECK(wheel.NextWake() == century);
  CHECK(wheel.Expire(century - nanoseconds(1), kAll) == 0);
  CHECK(wheel.Expire(century, kAll) == 1);
  CHECK(wheel.Expire(kNever - nanoseconds(1), kAll) == 1);
  CHECK(never.armed());
  CHECK(wheel.NextWake() == kNever);
  CHECK(log == Log{1, 2});
}

TEST_CASE("destroying a wheel disarms its timers, which another can then have") {
  Log log;
  LoggedTimer soon(log, 1);
  LoggedTimer past(log, 2);
  {
    TimerWheel wheel(kStart);
    wheel.Arm(soon, kStart + seconds(1));
    wheel.Arm(past, kStart);
  }
  CHECK_FALSE(soon.armed());
  CHECK_FALSE(past.armed());
  TimerWheel other(kStart);
  other.Arm(soon, kStart + seconds(2));
  CHECK(other.Expire(kStart + seconds(2), kAll) == 1);
}

}  // namespace
}  // namespace edgewise
