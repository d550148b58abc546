// The contract of TimerWheel, clause by clause. Random walks against a model and crowds of a
// million are in timer_wheel_model_test.cc.
#include "reactor/timer_wheel.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

namespace edgewise {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr Time kStart{hours(1000) + nanoseconds(12345)};
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

// Writes its name into a log when it runs, then does what the test wants.
class LoggedTimer : public Timer {
 public:
  LoggedTimer(std::vector<int>& log, int name) : log_(log), name_(name) {}
  void HandleTimeout(Time now) override {
    CHECK(now >= deadline());
    CHECK_FALSE(armed());
    log_.push_back(name_);
    if (then) then();  // may destroy this
  }
  std::function<void()> then;

 private:
  std::vector<int>& log_;
  const int name_;
};

struct Fixture {
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

  std::vector<int> log;
  TimerWheel wheel{kStart};
  std::list<LoggedTimer> timers;  // emptied before the wheel goes
};

using Log = std::vector<int>;

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

TEST_CASE_METHOD(Fixture,
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

TEST_CASE_METHOD(Fixture, "equal deadlines run in arming order, however far ahead each was armed") {
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

TEST_CASE_METHOD(Fixture, "arming an armed timer moves it") {
  LoggedTimer& timer = Arm(1, kStart + seconds(1));
  Arm(2, kStart + seconds(2));
  wheel.Arm(timer, kStart + seconds(3));
  CHECK(timer.deadline() == kStart + seconds(3));
  CHECK(wheel.Expire(kStart + seconds(5), kAll) == 2);
  CHECK(log == Log{2, 1});
}

TEST_CASE_METHOD(Fixture,
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

TEST_CASE_METHOD(Fixture,
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

TEST_CASE_METHOD(Fixture, "a callback may destroy its own timer") {
  auto timer = std::make_unique<LoggedTimer>(log, 1);
  timer->then = [&] { timer.reset(); };
  wheel.Arm(*timer, kStart + seconds(1));
  Arm(2, kStart + seconds(1));
  CHECK(wheel.Expire(kStart + seconds(1), kAll) == 2);
  CHECK(timer == nullptr);
  CHECK(log == Log{1, 2});
}

TEST_CASE_METHOD(Fixture, "one Expire runs a timer once, even if it re-arms itself for the past") {
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

TEST_CASE_METHOD(Fixture, "timers that re-arm themselves for the past do not hold up others") {
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

TEST_CASE_METHOD(Fixture, "a deadline in the past runs at the next Expire, in arming order") {
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

TEST_CASE_METHOD(Fixture, "a slice runs at most max timers and the rest stays due") {
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

TEST_CASE_METHOD(Fixture, "time that stands still or goes back makes nothing due") {
  const Time now = kStart + seconds(10);
  CHECK(wheel.Expire(now, kAll) == 0);
  Arm(1, now + nanoseconds(1));
  for (Time past : {now, now - nanoseconds(1), now - hours(1), Time{}, Time::min()}) {
    CHECK(wheel.Expire(past, kAll) == 0);
    CHECK(wheel.NextWake() == now + nanoseconds(1));
  }
  CHECK(wheel.Expire(now + nanoseconds(1), kAll) == 1);
}

TEST_CASE_METHOD(Fixture, "an exception leaves Expire, its timer disarmed and the others armed") {
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

TEST_CASE_METHOD(Fixture, "NextWake follows the earliest timer and is kNever when none is armed") {
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

// A place that was empty for a while must not be taken for the earliest when it is used again.
TEST_CASE_METHOD(Fixture,
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

TEST_CASE_METHOD(Fixture,
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

TEST_CASE_METHOD(Fixture, "years, centuries and kNever can be armed, and leapt to") {
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
