// Connection: its life from Open to Reclaim, holds, and deadlines.
#include "handlers/connection.h"

#include <algorithm>
#include <utility>

#include "handlers/connection_context.h"
#include "reactor/check.h"

namespace edgewise {
namespace {

// A timer later than this was late because the loop was: a stopped machine, a very long upcall.
constexpr Duration kLoopLate = std::chrono::milliseconds(500);

// The instant `timeout` after `from`; never, if the timeout is switched off.
Time After(Time from, Duration timeout) { return timeout == kForever ? kNever : from + timeout; }

}  // namespace

Connection::Connection(ConnectionContext& context, const PeerAddress& peer)
    : context_(context), peer_(peer), generation_(context.table.NextGeneration()) {}

ConnectionRef Connection::ref() const {
  return {.handle = handle(), .generation = generation_, .worker = context_.table.worker()};
}

Connection::~Connection() {
  context_.workspace.gauge().Subtract(accounted_);
  input_.Clear(context_.workspace.gauge());
  output_.Clear(context_.workspace.chunks());
}

Error Connection::Open(Handle handle) {
  const Error error = context_.reactor.Register(*this, handle, Watch::kStream, kReadable);
  if (error != Error::kNone) return error;
  ++context_.counters.opened;
  if (peer_.family() == AddressFamily::kUnix) context_.reactor.MarkReady(*this, kCutsReads);
  quiet_since_ = context_.reactor.now();
  seen_turn_ = last_turn();
  ArmAt(NextLook(quiet_since_, context_.options.idle_timeout));
  return Error::kNone;
}

void Connection::Start() {
  try {
    Opened();
  } catch (...) {
    ++context_.counters.construction_failures;
    Abort({.cause = CloseCause::kException});
  }
}

void Connection::CloseFor(const CloseReason& reason) {
  if (!registered() || state_.write != WriteSide::kOpen) return;
  close_reason_ = reason;
  state_.write = Transition(kWriteTransitions, state_.write, WriteEvent::kClose);
  since_ = {};
  // From now on input is read only to be discarded, whatever held it.
  state_.holds = 0;
  if (state_.read == ReadSide::kOpen) reactor()->AddInterest(*this, kReadable);
  if (reactor()->in_upcall(*this)) {
    // The end of the turn flushes what is staged and goes on from there. The frame that is being
    // handled may stand in the input buffer, so that stays too.
    context_.workspace.LendStaging(nullptr);
    return;
  }
  input_.Clear(context_.workspace.gauge());
  if (output_.empty()) FinishWriting();
}

void Connection::Abort(const CloseReason& reason) {
  if (!registered()) return;
  state_.read = Transition(kReadTransitions, state_.read, ReadEvent::kFault);
  state_.write = Transition(kWriteTransitions, state_.write, WriteEvent::kFault);
  close_reason_ = reason;
  if (reason.cause == CloseCause::kOverflow) ++context_.counters.overflows;
  reactor()->Retire(*this, reason);
}

void Connection::ResetAtEnd() {
  // If it fails, the end is the usual one.
  const Error ignored = context_.kernel.SetOption(handle(), SocketOption::kLingerReset, 1);
  static_cast<void>(ignored);
}

void Connection::Fail(Error error) { Abort({.cause = CloseCause::kReset, .error = error}); }

void Connection::Refuse(const CloseReason& reason) {
  if (!registered() || state_.write != WriteSide::kOpen) return;
  const std::string_view farewell = FarewellFor(reason.cause);
  if (!Refusing(reason) || farewell.empty()) return Abort(reason);
  static_cast<void>(Write(farewell));
  CloseFor(reason);
}

void Connection::Finish() {
  if (!registered() || finishing() || state_.write != WriteSide::kOpen) return;
  state_.marks |= kFinishing;
  // One more look at the socket: a request that has arrived is answered. HandleInput ends it then.
  reactor()->MarkReady(*this, kReadable);
  try {
    Finishing();
  } catch (...) {
    ++context_.counters.finish_failures;
    Abort({.cause = CloseCause::kException});
  }
}

void Connection::FinishIfQuiet() {
  if (!finishing() || state_.holds != 0 || !input_.empty() || mid_message()) return;
  CloseFor({.cause = CloseCause::kShutdown});
}

void Connection::AccountFor(std::size_t bytes) {
  BufferGauge& gauge = context_.workspace.gauge();
  const std::size_t before = std::exchange(accounted_, bytes);
  gauge.Subtract(before);
  gauge.Add(bytes);
  if (bytes > before && registered()) context_.memory.Grew(*this);
}

void Connection::AddHold(Hold hold) {
  if (!registered() || state_.write != WriteSide::kOpen) return;
  if (state_.holds == 0) {
    ++context_.counters.holds;
    reactor()->DropInterest(*this, kReadable);
  }
  state_.holds |= HoldBit(hold);
}

void Connection::ReleaseHold(Hold hold) {
  if ((state_.holds & HoldBit(hold)) == 0 || !registered()) return;
  state_.holds &= static_cast<HoldSet>(~HoldBit(hold));
  if (state_.holds != 0 || state_.read != ReadSide::kOpen) return;
  // The peer's clock starts anew: it could not know that it was not being listened to.
  if (since_ != Time()) {
    since_ = reactor()->UpdateNow();
    ArmAt(After(since_, InputTimeout()));
  }
  quiet_since_ = reactor()->now();
  reactor()->AddInterest(*this, kReadable);
  // Frames that came before the hold are waiting here, for no edge that is still to come. And an
  // intent to finish is acted on at the end of a turn.
  if (input_.unseen() || finishing()) reactor()->MarkReady(*this, kReadable);
}

bool Connection::Accounted() const {
  if (!registered() || linked() || state_.holds != 0) return true;
  if (state_.read != ReadSide::kOpen) return true;
  return (ready() & kReadable) == 0 && !input_.unseen();
}

Progress Connection::HandleBroken() {
  // Neither reading nor writing wants a turn: nobody else would find out.
  const Error error = context_.reactor.kernel().TakeSocketError(handle());
  if (error == Error::kNone) return Progress::kDrained;
  Fail(error);
  return Progress::kFailed;
}

void Connection::HandleClose(const CloseReason& reason) {
  Cancel();
  ++context_.counters.closed;
  context_.origin.Left(peer_);
  ++context_.counters.closes[static_cast<std::size_t>(reason.cause)];
  // The service is told first; whatever it throws, the descriptor is closed.
  struct Closer {
    Connection& connection;
    ~Closer() {
      static_cast<void>(connection.context_.reactor.kernel().Close(connection.handle()));
    }
  } closer{*this};
  Closed(reason);
}

void Connection::Reclaim() { context_.table.Erase(*this); }

Time Connection::NextLook(Time now, Duration timeout) {
  return timeout == kForever ? kNever : now + timeout / kLooks;
}

void Connection::ArmAt(Time deadline) {
  if (deadline == kNever || (armed() && Timer::deadline() <= deadline)) return;
  context_.reactor.timers().Arm(*this, deadline);
}

// When to look again at a peer whose input is being read.
Time Connection::PardonEnd(Time now, Duration timeout) {
  return now + std::min(kLoopLate, timeout / kLooks);
}

Duration Connection::InputTimeout() const {
  return mid_message() ? context_.options.body_timeout : FrameTimeout();
}

// What the peer began is not finished, and its time is over.
void Connection::CutOff() {
  Refuse({.cause = mid_message() ? CloseCause::kBodyTimeout : CloseCause::kFrameTimeout});
}

// A request touches neither a timer nor the clock: the timer finds out at its next look whether
// there was a turn.
void Connection::HandleTimeout(Time now) {
  if (!registered()) return;
  // Whatever was in charge, held or switched off: the idle timeout may be the next to be.
  const Time next = std::min(CheckDeadlines(now), NextLook(now, context_.options.idle_timeout));
  if (registered()) ArmAt(std::max(next, now + Duration(1)));
}

Time Connection::CheckDeadlines(Time now) {
  const ConnectionOptions& options = context_.options;
  Time next = kNever;
  // Answers whether `deadline` has passed; if not, the timer looks again then.
  const auto passed = [&next, now](Time deadline) {
    if (deadline <= now) return true;
    next = std::min(next, deadline);
    return false;
  };
  const Lateness late{.by = now - Timer::deadline(), .was_pardoned = TakeMark(kPardoned)};
  if (state_.write == WriteSide::kShut) {
    if (!passed(After(since_, options.linger_timeout))) return next;
    if (Pardons(late)) return PardonEnd(now, options.linger_timeout);
    const CloseCause cause = close_reason_.cause == CloseCause::kLocal ? CloseCause::kLingerTimeout
                                                                       : close_reason_.cause;
    reactor()->Retire(*this, {.cause = cause, .detail = close_reason_.detail});
    return next;
  }
  if (!output_.empty()) {
    if (passed(After(StalledSince(late.by, now), options.write_timeout))) {
      ResetAtEnd();
      Abort({.cause = CloseCause::kWriteTimeout});
      return next;
    }
    next = std::min(next, NextLook(now, options.write_timeout));
  }
  if (state_.holds != 0 || state_.write != WriteSide::kOpen) {
    return next;  // not the peer's fault
  }
  if (since_ != Time()) {
    const Time deadline = After(since_, InputTimeout());
    if (!passed(deadline)) return next;
    if (!Pardons(late)) {
      CutOff();
      return next;
    }
    since_ += now - deadline;
    return std::min(next, PardonEnd(now, InputTimeout()));
  }
  if (!output_.empty()) return next;
  if (last_turn() != seen_turn_) {
    seen_turn_ = last_turn();
    quiet_since_ = now;
  }
  if (!passed(After(quiet_since_, options.idle_timeout))) return next;
  if (Pardons(late)) return std::min(next, PardonEnd(now, options.idle_timeout));
  CloseFor({.cause = CloseCause::kIdleTimeout});
  return next;
}

// Since when the peer has taken nothing of the output, though it could: while the loop was stopped,
// nothing was sent to it.
Time Connection::StalledSince(Duration late, Time now) {
  const Duration timeout = context_.options.write_timeout;
  const IoResult left = context_.reactor.kernel().UnacknowledgedBytes(handle());
  const Time stalled = output_.StalledSince(left.ok() ? left.bytes() : 0, now);
  if (timeout == kForever || late < timeout / kLooks) return stalled;
  if (stalled + timeout <= now) ++context_.counters.stall_pardons;
  return output_.StalledBut(late, now);
}

// What came in time may be unread still, for timers run before upcalls: it is read before its
// sender is blamed. Once, or those who trickle would be blamed never; but a loop that was stopped
// for long must not disconnect its peers in bulk, however often it is.
bool Connection::Pardons(const Lateness& late) {
  if (late.was_pardoned && late.by < kLoopLate) return false;
  if ((ready() & kReadable) == 0 && !InputWaits()) return false;
  ++context_.counters.stall_pardons;
  state_.marks |= kPardoned;
  return true;
}

bool Connection::InputWaits() const {
  return (context_.kernel.PollNow(handle(), kEpollIn) & kEpollIn) != 0;
}

}  // namespace edgewise
