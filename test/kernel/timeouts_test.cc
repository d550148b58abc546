// Waits: never early, never a busy zero, and ended by any signal.
#include <algorithm>
#include <chrono>

#include "test/kernel/fact.h"
#include "test/kernel/raw.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// How long an EpollWait of `timeout` on nothing took.
Duration TimeOfWait(Kernel& kernel, Handle epoll, Duration timeout) {
  EpollEvent event;
  const Time start = kernel.MonotonicNow();
  const IoResult result = kernel.EpollWait(epoll, {&event, 1}, timeout);
  const Duration taken = kernel.MonotonicNow() - start;
  REQUIRE(result.ok());
  REQUIRE(result.bytes() == 0);
  return taken;
}

constexpr Duration kTimeouts[] = {nanoseconds(1),     nanoseconds(999),  microseconds(1),
                                  microseconds(50),   microseconds(999), milliseconds(1),
                                  microseconds(1001), microseconds(2500)};

// Runs in a child where epoll_pwait2 answers `error`. 0: all is well.
int CheckMillisecondWaits(Kernel& kernel, Error error) {
  if (!raw::ForbidNanosecondWait(error)) return 77;
  const HandleResult epoll = kernel.OpenEpoll();
  EpollEvent event;
  for (const Duration timeout : kTimeouts) {
    const Time start = kernel.MonotonicNow();
    const IoResult result = kernel.EpollWait(epoll.handle(), {&event, 1}, timeout);
    const Duration taken = kernel.MonotonicNow() - start;
    if (!result.ok() || result.bytes() != 0) return 1;
    if (taken < timeout) return 2;
    // Rounded up to a millisecond, which also shows that the nanosecond call is really gone.
    if (taken < milliseconds(1)) return 3;
  }
  // Longer than an int of milliseconds can say: cut to 32 bits it would be a single one.
  raw::RepeatedSignal alarm(milliseconds(50));
  const Duration long_wait = milliseconds((1LL << 32) + 1);
  const IoResult endless = kernel.EpollWait(epoll.handle(), {&event, 1}, long_wait);
  return endless.error() == Error::kInterrupted ? 0 : 4;
}

}  // namespace

KERNEL_FACT(WaitsAreNeverEarly, "a wait is never shorter than its timeout") {
  Watch watch(kernel);
  for (const Duration timeout : kTimeouts) {
    for (int round = 0; round < 20; ++round) {
      CHECK(TimeOfWait(kernel, watch.epoll(), timeout) >= timeout);
    }
  }
}

LINUX_FACT(WaitsAreFine, "a wait of a tenth of a millisecond can end well before a whole one") {
  Watch watch(kernel);
  Duration best = kForever;
  for (int round = 0; round < 200; ++round) {
    best = std::min(best, TimeOfWait(kernel, watch.epoll(), microseconds(100)));
  }
  CHECK(best < microseconds(900));
}

KERNEL_FACT(ZeroPolls, "a zero timeout polls: it reports what is there and does not wait") {
  Watch watch(kernel);
  CHECK(watch.Wait(Duration::zero()).empty());
  OwnedHandle wakeup(kernel, kernel.OpenWakeup());
  REQUIRE(kernel.Notify(wakeup.get()) == Error::kNone);
  watch.Add(wakeup.get(), kEpollIn);
  CHECK(watch.Wait(Duration::zero()).size() == 1);
}

KERNEL_FACT(OverduePolls, "a timeout that has passed already (a negative one) polls too") {
  Watch watch(kernel);
  CHECK(watch.Wait(nanoseconds(-1)).empty());
  CHECK(watch.Wait(milliseconds(-5)).empty());
  CHECK(watch.Wait(Duration::min()).empty());
}

KERNEL_FACT(LongTimeouts, "the longest timeouts are taken, and an event ends them") {
  OwnedHandle wakeup(kernel, kernel.OpenWakeup());
  REQUIRE(kernel.Notify(wakeup.get()) == Error::kNone);
  Watch watch(kernel, wakeup.get(), kEpollIn);
  CHECK(watch.Wait(kForever).size() == 1);
  CHECK(watch.Wait(kForever - nanoseconds(1)).size() == 1);
  CHECK(watch.Wait(std::chrono::hours(24 * 365 * 100)).size() == 1);
}

LINUX_FACT(SignalInterrupts, "a signal ends a wait with EINTR, in spite of SA_RESTART") {
  Watch watch(kernel);
  EpollEvent event;
  raw::RepeatedSignal alarm(milliseconds(2));
  for (const Duration timeout : {kForever, Duration(std::chrono::seconds(20))}) {
    CHECK(kernel.EpollWait(watch.epoll(), {&event, 1}, timeout).error() == Error::kInterrupted);
  }
  CHECK(raw::RepeatedSignal::Count() >= 2);
}

LINUX_FACT(OlderKernels, "where epoll_pwait2 is missing, waits round up to milliseconds") {
  // EPERM is what some containers' filters answer for system calls that they do not know.
  for (const Error error : {Error::kNoSystemCall, Error::kNotPermitted}) {
    INFO(ErrorText(error));
    const int verdict = raw::RunInChild([&] { return CheckMillisecondWaits(kernel, error); });
    if (verdict == 77) SKIP("this sandbox lets no process filter its system calls");
    CHECK(verdict == 0);
  }
}

KERNEL_FACT(MonotonicTimeGoesForward, "monotonic time goes forward") {
  Time before = kernel.MonotonicNow();
  const Time start = before;
  for (int i = 0; i < 1000; ++i) {
    const Time now = kernel.MonotonicNow();
    REQUIRE(now >= before);
    before = now;
  }
  CHECK(before > start);
}

LINUX_FACT(ClocksAreTheSystems, "the two clocks are the system's monotonic and wall clocks") {
  const auto steady = [] { return Time(std::chrono::steady_clock::now().time_since_epoch()); };
  const Time steady_before = steady();
  const Time monotonic = kernel.MonotonicNow();
  CHECK(monotonic >= steady_before);
  CHECK(monotonic <= steady());
  const WallTime wall_before = std::chrono::system_clock::now();
  const WallTime wall = kernel.WallNow();
  CHECK(wall >= wall_before);
  CHECK(wall <= std::chrono::system_clock::now());
}

}  // namespace edgewise::kernel_test
