// timerfd: what the reactor's timers wake it with.
#include <chrono>

#include "test/kernel/fact.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr EpollMask kTimerMask = kEpollIn | kEpollEdge;

struct Alarm {
  explicit Alarm(Kernel& used)
      : kernel(used), timer(used, used.OpenTimer()), watch(used, timer.get(), kTimerMask) {}
  void ArmIn(Duration delay) {
    REQUIRE(kernel.ArmTimer(timer.get(), kernel.MonotonicNow() + delay) == Error::kNone);
  }

  Kernel& kernel;
  OwnedHandle timer;
  Watch watch;
};

}  // namespace

KERNEL_FACT(TimerIsSilent, "a timer that was never armed is not readable") {
  Alarm alarm(kernel);
  CHECK(alarm.watch.Now() == 0);
}

KERNEL_FACT(TimerEdges, "every expiry of a timer is an edge, although nobody reads it") {
  Alarm alarm(kernel);
  for (int round = 0; round < 5; ++round) {
    alarm.ArmIn(milliseconds(2));
    CHECK(alarm.watch.Next() == kEpollIn);
    CHECK(alarm.watch.Now() == 0);
  }
}

// The reactor tells by the clock whether its timer has run out.
KERNEL_FACT(TimerNeverEarly, "the clock, read after a timer's event, is at or past its instant") {
  Alarm alarm(kernel);
  for (int round = 0; round < 200; ++round) {
    const Time at = kernel.MonotonicNow() + microseconds(round);
    REQUIRE(kernel.ArmTimer(alarm.timer.get(), at) == Error::kNone);
    REQUIRE(alarm.watch.Next() == kEpollIn);
    CHECK(kernel.MonotonicNow() >= at);
  }
}

KERNEL_FACT(TimerInThePast, "a timer armed for an instant that has passed runs out at once") {
  Alarm alarm(kernel);
  for (const Time at : {Time(), kernel.MonotonicNow() - seconds(5), kernel.MonotonicNow()}) {
    REQUIRE(kernel.ArmTimer(alarm.timer.get(), at) == Error::kNone);
    CHECK(alarm.watch.Next() == kEpollIn);
  }
}

KERNEL_FACT(TimerMoved, "arming a timer anew replaces the instant, earlier or later") {
  Alarm alarm(kernel);
  alarm.ArmIn(seconds(60));
  alarm.ArmIn(milliseconds(2));
  CHECK(alarm.watch.Next() == kEpollIn);
  alarm.ArmIn(milliseconds(1));
  alarm.ArmIn(seconds(60));
  CHECK(alarm.watch.Wait(milliseconds(10)).empty());
}

KERNEL_FACT(TimerTakenBack, "arming a timer anew takes back an expiry that was not fetched") {
  Alarm alarm(kernel);
  REQUIRE(kernel.ArmTimer(alarm.timer.get(), Time()) == Error::kNone);
  REQUIRE(kernel.PollNow(alarm.timer.get(), kEpollIn) == kEpollIn);
  alarm.ArmIn(seconds(60));
  CHECK(alarm.watch.Now() == 0);
}

KERNEL_FACT(TimerStopped, "a timer armed for never is stopped") {
  Alarm alarm(kernel);
  alarm.ArmIn(milliseconds(1));
  REQUIRE(kernel.ArmTimer(alarm.timer.get(), kNever) == Error::kNone);
  CHECK(alarm.watch.Wait(milliseconds(10)).empty());
}

// What a foreign loop relies on.
KERNEL_FACT(TimerThroughEpoll, "an epoll descriptor is readable when a timer in it has run out") {
  Alarm alarm(kernel);
  CHECK(kernel.PollNow(alarm.watch.epoll(), kEpollIn) == 0);
  REQUIRE(kernel.ArmTimer(alarm.timer.get(), Time()) == Error::kNone);
  CHECK(kernel.PollNow(alarm.watch.epoll(), kEpollIn) == kEpollIn);
  CHECK(alarm.watch.Now() == kEpollIn);
  CHECK(kernel.PollNow(alarm.watch.epoll(), kEpollIn) == 0);
}

}  // namespace edgewise::kernel_test
