// When a TimerWheel asks to be woken, and how much it does at once.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <optional>

#include "reactor/timer_wheel.h"
#include "test/reactor/timer_fixture.h"

namespace edgewise {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

using Log = TimerFixture::Log;

TEST_CASE_METHOD(TimerFixture, "a slice runs at most max timers and the rest stays due") {
  const Duration gap = GENERATE(nanoseconds(1), seconds(1));
  for (int name = 0; name < 10; ++name) Arm(name, kStart + name % 2 * gap);
  const Time now = kStart + seconds(9);
  CHECK(wheel.Expire(now, 0) == 0);
  CHECK(wheel.Expire(now, 3) == 3);
  CHECK(wheel.NextWake() == kStart);
  CHECK(wheel.Expire(now, 3) == 3);
  CHECK(wheel.NextWake() == kStart + gap);
  CHECK(wheel.Expire(now, 100) == 4);
  CHECK(wheel.NextWake() == kNever);
  CHECK(log == Log{0, 2, 4, 6, 8, 1, 3, 5, 7, 9});
}

TEST_CASE_METHOD(TimerFixture, "time that stands still or goes back makes nothing due") {
  const Time now = kStart + seconds(10);
  CHECK(wheel.Expire(now, kAll) == 0);
  Arm(1, now + nanoseconds(1));
  for (Time past : {now, now - nanoseconds(1), now - hours(1), Time{}, Time::min()}) {
    CHECK(wheel.Expire(past, kAll) == 0);
    CHECK(wheel.NextWake() == now + nanoseconds(1));
  }
  CHECK(wheel.Expire(now + nanoseconds(1), kAll) == 1);
}

TEST_CASE_METHOD(TimerFixture,
                 "NextWake follows the earliest timer and is kNever when none is armed") {
  CHECK(wheel.NextWake() == kNever);
  LoggedTimer& late = Arm(1, kStart + hours(2));
  LoggedTimer& early = Arm(2, kStart + seconds(3));
  CHECK(wheel.NextWake() == kStart + seconds(3));
  early.Cancel();
  CHECK(wheel.NextWake() == kStart + hours(2));
  wheel.Arm(early, kStart + hours(3));
  CHECK(wheel.NextWake() == kStart + hours(2));
  late.Cancel();
  early.Cancel();
  CHECK(wheel.NextWake() == kNever);
}

TEST_CASE_METHOD(TimerFixture,
                 "NextWake is right in callbacks and between the slices of a busy instant") {
  LoggedTimer& first = Arm(1, kStart);
  Arm(2, kStart);
  std::optional<Time> inside;
  first.then = [&] {
    wheel.Arm(first, kStart);
    inside = wheel.NextWake();
  };
  CHECK(wheel.NextWake() == kStart);
  CHECK(wheel.Expire(kStart + seconds(1), 1) == 1);
  CHECK(inside == kStart);
}

TEST_CASE_METHOD(TimerFixture,
                 "NextWake is right when the earliest is replaced by a later one and a late one") {
  const Time due = kStart + hours(5);
  Arm(1, kStart).then = [this] { CHECK(wheel.NextWake() > kStart); };
  LoggedTimer& replaced = Arm(2, due);
  CHECK(wheel.Expire(due + milliseconds(1), 1) == 1);
  replaced.Cancel();
  Arm(3, kStart);
  Arm(4, due + milliseconds(2));
  CHECK(wheel.NextWake() == due + milliseconds(1));
}

// The first of the timers is placed last. Until then only `cascade_` knows how early it is.
TEST_CASE_METHOD(TimerFixture,
                 "one Expire relinks at most kMovesMax timers, and NextWake tells of the rest") {
  const Time deadline = kStart + hours(5);
  Arm(1, deadline);
  for (std::size_t i = 0; i < TimerWheel::kMovesMax; ++i) Arm(2, deadline + milliseconds(1));
  CHECK(wheel.Expire(deadline, kAll) == 0);
  CHECK(wheel.NextWake() == deadline);
  CHECK(wheel.Expire(deadline, kAll) == 1);
  CHECK(wheel.NextWake() == deadline + milliseconds(1));
}

TEST_CASE_METHOD(TimerFixture, "kMovesMax timers are relinked in one Expire") {
  const Time deadline = kStart + hours(5);
  Arm(1, deadline);
  for (std::size_t i = 1; i < TimerWheel::kMovesMax; ++i) Arm(2, deadline + milliseconds(1));
  CHECK(wheel.Expire(deadline, kAll) == 1);
}

TEST_CASE_METHOD(TimerFixture,
                 "timers can be cancelled and moved while their slot is emptied by degrees") {
  const Time deadline = kStart + hours(5);
  LoggedTimer& cancelled = Arm(1, deadline);
  LoggedTimer& moved = Arm(2, deadline);
  for (std::size_t i = 0; i < TimerWheel::kMovesMax; ++i) Arm(3, deadline);
  CHECK(wheel.Expire(deadline, kAll) == 0);
  cancelled.Cancel();
  wheel.Arm(moved, deadline + nanoseconds(1));
  ExpireAll(deadline + nanoseconds(1));
  CHECK(log.size() == TimerWheel::kMovesMax + 1);
  CHECK(log.front() == 3);
  CHECK(log.back() == 2);
}

}  // namespace
}  // namespace edgewise
