// SignalHandler: signals as events of a reactor.
#pragma once

#include <functional>

#include "absl/functional/any_invocable.h"
#include "reactor/event_handler.h"
#include "reactor/kernel/kernel.h"

namespace edgewise {

// Calls back in the reactor's thread for each signal of a set. No signal disposition of the process
// is touched: the signals are blocked, and read from a descriptor.
//
// The signals must be blocked in *every* thread, or one of them still gets its default treatment:
// construct a SignalHandler before other threads are started, or block the signals at the start of
// the program. Only this thread's mask is changed here; the destructor restores it.
//
// Threading: the reactor's thread. Ownership: the caller's; it must outlive its registration, so
// the reactor must have run its last round (or DrainRetired after `Stop`) before it is destroyed.
class SignalHandler final : public EventHandler {
 public:
  // Called in the reactor's thread, once for each signal that was read.
  using Callback = absl::AnyInvocable<void(int signal_number)>;

  // Does nothing before Start. `reactor` must outlive its registration.
  explicit SignalHandler(Reactor& reactor);
  ~SignalHandler() override;

  // Blocks `signals` and begins to listen. An error leaves everything as it was.
  // REQUIRES: not started.
  [[nodiscard]] Error Start(SignalSet signals, Callback callback);
  // Leaves the reactor. Nothing if not started.
  void Stop();

 protected:
  Progress HandleInput() override;
  void HandleClose(const CloseReason& reason) override;

 private:
  // Signals read in one upcall.
  static constexpr int kSignalsMax = 64;

  Reactor& loop_;
  Callback callback_;
  SignalSet mask_before_ = 0;
};

}  // namespace edgewise
