// eventfd and signalfd: waking a reactor from another thread, and from the process's owner.
#include <signal.h>

#include <vector>

#include "test/kernel/fact.h"
#include "test/kernel/raw.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {
namespace {

constexpr EpollMask kWakeupMask = kEpollIn | kEpollEdge;

// Signals blocked for the length of a test.
class Blocked {
 public:
  Blocked(Kernel& kernel, SignalSet signals)
      : kernel_(kernel), before_(kernel.BlockSignals(signals)) {}
  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;
  ~Blocked() { kernel_.RestoreSignals(before_); }
  SignalSet before() const { return before_; }

 private:
  Kernel& kernel_;
  const SignalSet before_;
};

}  // namespace

KERNEL_FACT(EachNotifyIsAnEdge, "every Notify is an edge; the counter need not be cleared") {
  OwnedHandle wakeup(kernel, kernel.OpenWakeup());
  Watch watch(kernel, wakeup.get(), kWakeupMask);
  CHECK(watch.Now() == 0);
  for (int round = 0; round < 5; ++round) {
    REQUIRE(kernel.Notify(wakeup.get()) == Error::kNone);
    CHECK(watch.Now() == kEpollIn);
    CHECK(watch.Now() == 0);
  }
}

KERNEL_FACT(NotifiesCoalesce, "several Notifies before a wait are one event") {
  OwnedHandle wakeup(kernel, kernel.OpenWakeup());
  Watch watch(kernel, wakeup.get(), kWakeupMask);
  for (int i = 0; i < 3; ++i) REQUIRE(kernel.Notify(wakeup.get()) == Error::kNone);
  CHECK(watch.Now() == kEpollIn);
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(ClearedWakeup, "ClearWakeup takes the counter to zero at once, and is EAGAIN at zero") {
  OwnedHandle wakeup(kernel, kernel.OpenWakeup());
  CHECK(kernel.ClearWakeup(wakeup.get()) == Error::kWouldBlock);
  for (int i = 0; i < 3; ++i) REQUIRE(kernel.Notify(wakeup.get()) == Error::kNone);
  CHECK(kernel.PollNow(wakeup.get(), kEpollIn) == kEpollIn);
  CHECK(kernel.ClearWakeup(wakeup.get()) == Error::kNone);
  CHECK(kernel.PollNow(wakeup.get(), kEpollIn) == 0);
  CHECK(kernel.ClearWakeup(wakeup.get()) == Error::kWouldBlock);
}

KERNEL_FACT(FullWakeup,
            "near overflow Notify is EAGAIN, and the descriptor is readable: still awake") {
  OwnedHandle wakeup(kernel, kernel.OpenWakeup());
  REQUIRE(raw::AddToWakeup(kernel, wakeup.get(), ~std::uint64_t{0} - 1) == Error::kNone);
  CHECK(kernel.Notify(wakeup.get()) == Error::kWouldBlock);
  CHECK(kernel.PollNow(wakeup.get(), kEpollIn) == kEpollIn);
  Watch watch(kernel, wakeup.get(), kWakeupMask);
  REQUIRE(watch.Now() == kEpollIn);
  // A refused write makes no edge: a reactor that went to sleep on a full counter would not wake.
  CHECK(kernel.Notify(wakeup.get()) == Error::kWouldBlock);
  CHECK(watch.Now() == 0);
  CHECK(kernel.ClearWakeup(wakeup.get()) == Error::kNone);
  CHECK(kernel.Notify(wakeup.get()) == Error::kNone);
  CHECK(watch.Now() == kEpollIn);
}

KERNEL_FACT(NotifyWakesAThread, "Notify from another thread ends a wait without a limit") {
  OwnedHandle wakeup(kernel, kernel.OpenWakeup());
  Watch watch(kernel, wakeup.get(), kWakeupMask);
  for (int round = 0; round < 100; ++round) {
    std::vector<Report> reports;
    kernel.RunThreads(2, [&](std::size_t thread) {
      if (thread == 0) {
        reports = watch.Wait(kForever);
      } else {
        (void)kernel.Notify(wakeup.get());
      }
    });
    REQUIRE(reports.size() == 1);
  }
}

KERNEL_FACT(SignalsAreRead,
            "a blocked signal is an edge of the signal descriptor, and is read by number") {
  Blocked blocked(kernel, SignalBit(SIGUSR1) | SignalBit(SIGUSR2));
  OwnedHandle signals(kernel, kernel.OpenSignals(SignalBit(SIGUSR1) | SignalBit(SIGUSR2)));
  Watch watch(kernel, signals.get(), kEpollIn | kEpollEdge);
  CHECK(watch.Now() == 0);
  CHECK(kernel.ReadSignal(signals.get()).error == Error::kWouldBlock);
  for (const int number : {SIGUSR1, SIGUSR2}) {
    raw::RaiseHere(kernel, number);
    CHECK(watch.Next() == kEpollIn);
    const Kernel::SignalResult got = kernel.ReadSignal(signals.get());
    CHECK(got.error == Error::kNone);
    CHECK(got.number == number);
    CHECK(kernel.ReadSignal(signals.get()).number == 0);
  }
}

KERNEL_FACT(SignalsCoalesce,
            "a signal raised twice before it is read is read once; two signals are two") {
  Blocked blocked(kernel, SignalBit(SIGUSR1) | SignalBit(SIGUSR2));
  OwnedHandle signals(kernel, kernel.OpenSignals(SignalBit(SIGUSR1) | SignalBit(SIGUSR2)));
  raw::RaiseHere(kernel, SIGUSR1);
  raw::RaiseHere(kernel, SIGUSR1);
  raw::RaiseHere(kernel, SIGUSR2);
  const int first = kernel.ReadSignal(signals.get()).number;
  const int second = kernel.ReadSignal(signals.get()).number;
  CHECK(first + second == SIGUSR1 + SIGUSR2);
  CHECK(kernel.ReadSignal(signals.get()).error == Error::kWouldBlock);
}

KERNEL_FACT(SecondSignalIsAnEdge, "a second signal is an edge even while the first is unread") {
  Blocked blocked(kernel, SignalBit(SIGUSR1) | SignalBit(SIGUSR2));
  OwnedHandle signals(kernel, kernel.OpenSignals(SignalBit(SIGUSR1) | SignalBit(SIGUSR2)));
  Watch watch(kernel, signals.get(), kEpollIn | kEpollEdge);
  raw::RaiseHere(kernel, SIGUSR1);
  REQUIRE(watch.Next() == kEpollIn);
  raw::RaiseHere(kernel, SIGUSR2);
  CHECK(watch.Next() == kEpollIn);
  CHECK(kernel.ReadSignal(signals.get()).number != 0);
  CHECK(kernel.ReadSignal(signals.get()).number != 0);
}

KERNEL_FACT(SignalMaskRoundTrip,
            "BlockSignals answers the mask before, and RestoreSignals brings it back") {
  const SignalSet outside = kernel.BlockSignals(0);
  {
    Blocked first(kernel, SignalBit(SIGUSR1));
    CHECK(first.before() == outside);
    Blocked second(kernel, SignalBit(SIGTERM) | SignalBit(64));
    CHECK(second.before() == (outside | SignalBit(SIGUSR1)));
    CHECK(kernel.BlockSignals(0) ==
          (outside | SignalBit(SIGUSR1) | SignalBit(SIGTERM) | SignalBit(64)));
  }
  CHECK(kernel.BlockSignals(0) == outside);
}

}  // namespace edgewise::kernel_test
