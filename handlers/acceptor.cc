// Accepting, and what can go wrong with it.
#include "handlers/acceptor.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "reactor/counter_field.h"
#include "reactor/reactor.h"

namespace edgewise {
namespace {

// An accept costs about as much as moving this many bytes; it decides the Acceptor's class.
constexpr std::size_t kBytesPerAccept = 2048;

constexpr std::array<CounterField<AcceptCounters>, 8> kFields{{
    {"accepted", &AcceptCounters::accepted},
    {"accept_peer_errors", &AcceptCounters::peer_errors},
    {"accept_process_limits", &AcceptCounters::process_limits},
    {"accept_shed", &AcceptCounters::shed},
    {"accept_back_offs", &AcceptCounters::back_offs},
    {"accept_pauses", &AcceptCounters::pauses},
    {"accept_refused", &AcceptCounters::refused},
    {"accept_budget_spent", &AcceptCounters::budget_spent},
}};

}  // namespace

AcceptVerdict JudgeAcceptError(Error error) {
  switch (error) {
    case Error::kWouldBlock:
      return AcceptVerdict::kDrained;
    case Error::kInterrupted:  // a signal came first; nothing was taken
      return AcceptVerdict::kNext;
    // Errors of the connection that was to be accepted, passed on by accept(2): the peer gave up,
    // or the network to it broke, or a firewall rule forbids it.
    case Error::kConnectionAborted:
    case Error::kProtocol:
    case Error::kNetworkDown:
    case Error::kNoProtocolOption:
    case Error::kHostDown:
    case Error::kNoNetwork:
    case Error::kHostUnreachable:
    case Error::kNotSupported:
    case Error::kNetworkUnreachable:
    case Error::kNotPermitted:
    case Error::kTimedOut:
      return AcceptVerdict::kNext;
    case Error::kProcessLimit:
      return AcceptVerdict::kProcessLimit;
    // The whole machine is short: the reserve descriptor would not help.
    case Error::kSystemLimit:
    case Error::kNoBuffers:
    case Error::kNoMemory:
      return AcceptVerdict::kBackOff;
    // Unknown errors must neither stop the listener nor make it spin.
    default:
      return AcceptVerdict::kBackOff;
  }
}

void AcceptCounters::Add(const AcceptCounters& other) { AddCounters(kFields, *this, other); }

std::string AcceptCounters::ToString() const { return CounterLines(kFields, *this); }

Acceptor::Acceptor(Reactor& reactor, Sink& sink, const AcceptorOptions& options)
    : loop_(reactor), sink_(sink), options_(options), back_off_(options.back_off_min) {}

Error Acceptor::Open(Handle listener, Watch watch) {
  const Error error = loop_.Register(*this, listener, watch, kReadable);
  if (error != Error::kNone) return error;
  Meet(AcceptEvent::kOpened);
  reserve_ = loop_.kernel().OpenPlaceholder().handle();
  return Error::kNone;
}

void Acceptor::Close() {
  if (!registered()) return;
  // Whoever is in the queue has a connection already and would be reset by the close.
  for (std::size_t taken = 0; taken < options_.accepts_max; ++taken) {
    const AcceptResult accepted = loop_.kernel().Accept(handle());
    if (accepted.error == Error::kNone) {
      Deliver(accepted);
    } else if (Judge(accepted.error) != AcceptVerdict::kNext) {
      break;
    }
  }
  loop_.Retire(*this, {.cause = CloseCause::kShutdown});
}

void Acceptor::Resume() {
  if (!registered()) return;
  Meet(AcceptEvent::kResume);
  Cancel();
  loop_.AddInterest(*this, kReadable);
  // No edge tells that descriptors are free again.
  loop_.MarkReady(*this, kReadable);
}

Progress Acceptor::HandleInput() {
  Kernel& kernel = loop_.kernel();
  for (std::size_t taken = 0; taken < options_.accepts_max; ++taken) {
    if (!sink_.HasRoom()) {
      ++counters_.pauses;
      Meet(AcceptEvent::kNoRoom);
      return PauseFor(options_.retry_interval);
    }
    if (reserve_ == kNoHandle) reserve_ = kernel.OpenPlaceholder().handle();
    const AcceptResult accepted = kernel.Accept(handle());
    loop_.Charge(kBytesPerAccept);
    if (accepted.error == Error::kNone) {
      back_off_ = options_.back_off_min;
      Deliver(accepted);
      continue;
    }
    switch (Judge(accepted.error)) {
      case AcceptVerdict::kDrained:
        return Progress::kDrained;
      case AcceptVerdict::kNext:
        break;
      case AcceptVerdict::kProcessLimit:
        return Shed();
      case AcceptVerdict::kBackOff:
        return BackOff();
    }
  }
  ++counters_.budget_spent;
  return Progress::kPreempted;
}

// Whoever accepts, each error is counted.
AcceptVerdict Acceptor::Judge(Error error) {
  const AcceptVerdict verdict = JudgeAcceptError(error);
  switch (verdict) {
    case AcceptVerdict::kDrained:
      break;
    case AcceptVerdict::kNext:
      ++counters_.peer_errors;
      break;
    case AcceptVerdict::kProcessLimit:
      ++counters_.process_limits;
      break;
    case AcceptVerdict::kBackOff:
      ++counters_.back_offs;
      break;
  }
  return verdict;
}

void Acceptor::Deliver(const AcceptResult& accepted) {
  ++counters_.accepted;
  if (sink_.Take(accepted.handle, accepted.peer)) return;
  ++counters_.refused;
  loop_.kernel().Close(accepted.handle);
}

// Gives the reserve descriptor up for a moment, for each of a few peers.
Progress Acceptor::Shed() {
  Meet(AcceptEvent::kProcessLimit);
  Kernel& kernel = loop_.kernel();
  for (std::size_t shed = 0; shed < options_.sheds_max && reserve_ != kNoHandle; ++shed) {
    kernel.Close(reserve_);
    const AcceptResult accepted = kernel.Accept(handle());
    if (accepted.error == Error::kNone) {
      kernel.Close(accepted.handle);
      ++counters_.shed;
    }
    reserve_ = kernel.OpenPlaceholder().handle();
    if (accepted.error != Error::kNone && Judge(accepted.error) != AcceptVerdict::kNext) break;
  }
  return PauseFor(options_.retry_interval);
}

Progress Acceptor::BackOff() {
  Meet(AcceptEvent::kShortage);
  const auto jitter_max = static_cast<std::uint64_t>(back_off_.count() / 4);
  const Duration jitter(static_cast<Duration::rep>(loop_.kernel().Random() % (jitter_max + 1)));
  const Duration wait = back_off_ + jitter;
  back_off_ = std::min(back_off_ * 2, options_.back_off_max);
  return PauseFor(wait);
}

Progress Acceptor::PauseFor(Duration duration) {
  loop_.ArmAfter(*this, duration);
  return Progress::kDone;
}

void Acceptor::HandleClose(const CloseReason&) {
  Meet(AcceptEvent::kClosed);
  Cancel();
  loop_.kernel().Close(handle());
  if (reserve_ != kNoHandle) loop_.kernel().Close(reserve_);
  reserve_ = kNoHandle;
}

}  // namespace edgewise
