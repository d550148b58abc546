// signalfd, read to EAGAIN.
#include "reactor/signal_handler.h"

#include <utility>

#include "reactor/reactor.h"

namespace edgewise {

SignalHandler::SignalHandler(Reactor& reactor) : loop_(reactor) {}

SignalHandler::~SignalHandler() {
  if (registered()) {
    Stop();
    loop_.DrainRetired();
  }
}

Error SignalHandler::Start(SignalSet signals, Callback callback) {
  mask_before_ = loop_.kernel().BlockSignals(signals);
  const HandleResult opened = loop_.kernel().OpenSignals(signals);
  Error error = opened.error();
  if (opened.ok()) {
    error = loop_.Register(*this, opened.handle(), Watch::kInput, kReadable);
    if (error != Error::kNone) loop_.kernel().Close(opened.handle());
  }
  if (error != Error::kNone) {
    loop_.kernel().RestoreSignals(mask_before_);
    return error;
  }
  callback_ = std::move(callback);
  return Error::kNone;
}

void SignalHandler::Stop() {
  if (registered()) loop_.Retire(*this, {.cause = CloseCause::kLocal});
}

Progress SignalHandler::HandleInput() {
  for (int read = 0; read < kSignalsMax; ++read) {
    const Kernel::SignalResult signal = loop_.kernel().ReadSignal(handle());
    if (signal.error == Error::kInterrupted) continue;
    if (signal.error != Error::kNone) return Progress::kDrained;
    callback_(signal.number);
    if (!registered()) return Progress::kDone;
  }
  return Progress::kPreempted;
}

void SignalHandler::HandleClose(const CloseReason&) {
  loop_.kernel().Close(handle());
  loop_.kernel().RestoreSignals(mask_before_);
}

}  // namespace edgewise
