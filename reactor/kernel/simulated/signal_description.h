// SignalDescription: a signalfd (fs/signalfd.c).
#pragma once

#include "reactor/kernel/kernel.h"
#include "reactor/kernel/simulated/description.h"
#include "reactor/kernel/simulated/signal_state.h"

namespace edgewise::sim {

class SignalDescription final : public Description {
 public:
  SignalDescription(SignalState& state, SignalSet signals)
      : Description(Kind::kSignals), state_(state), signals_(signals) {}
  Kernel::SignalResult Read() {
    const SignalSet waiting = state_.pending & signals_;
    for (int signal = 1; signal <= 64; ++signal) {
      if ((waiting & SignalBit(signal)) == 0) continue;
      state_.pending &= ~SignalBit(signal);
      return {.number = signal};
    }
    return {.error = Error::kWouldBlock};
  }
  // A signal has come.
  void Raised() { Wake(kEpollIn); }
  EpollMask Poll() override { return (state_.pending & signals_) != 0 ? kEpollIn : 0; }
  void Released() override {}

 private:
  SignalState& state_;
  const SignalSet signals_;
};

}  // namespace edgewise::sim
