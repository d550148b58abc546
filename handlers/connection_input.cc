// Connection, the half that receives.
#include <algorithm>
#include <cstring>

#include "handlers/connection.h"
#include "handlers/connection_context.h"

namespace edgewise {

// Where the next receive goes: `carried` bytes of an unfinished frame stand right before `room`.
struct Connection::Target {
  std::span<char> room;
  std::size_t carried;
};

// A turn that begins with something kept from before, or at a connection that is closing.
Progress Connection::UnusualTurn() {
  if (state_.write != WriteSide::kOpen) return Discard();
  if (!Accepting()) return Progress::kDone;
  const Workspace::StagingLoan loan{context_.workspace};
  if (output_.empty()) loan.workspace.LendStaging(this);
  return EndTurn(ReceiveMore(0));
}

// The rest of a turn that began as usual: `received` is what the first receive brought, `consumed`
// what the codec took of it.
Progress Connection::ContinueTurn(IoResult received, Consumed consumed) {
  const Workspace::StagingLoan loan{context_.workspace};
  if (!received.ok() || received.bytes() == 0) return EndTurn(ReceivedNothing(received));
  const std::span<char> room = loan.workspace.receive_room().first(context_.reactor.budget());
  const std::size_t size = received.bytes();
  if (consumed.bytes != size || consumed.partial) KeepRest({room.data(), size}, consumed, nullptr);
  if (!Accepting()) return EndTurn(Progress::kDone);
  if (size < room.size() && DrainsWhenShort()) return EndTurn(Progress::kDrained);
  return EndTurn(ReceiveMore(size));
}

Progress Connection::EndTurn(Progress progress) {
  SendStaged();
  return SettleTurn(progress);
}

// What is left to be decided when a turn did not simply drain the input.
Progress Connection::SettleTurn(Progress progress) {
  if (!registered()) return Progress::kFailed;
  if (progress == Progress::kDrained) FinishIfQuiet();
  if (state_.write == WriteSide::kDraining) {
    input_.Clear(context_.workspace.gauge());
    if (output_.empty()) FinishWriting();
  }
  if (!registered()) return Progress::kFailed;
  // A hold or the end of the stream has settled the interest already. After a close, input goes on
  // to be read, and discarded.
  if (progress == Progress::kDone && state_.holds == 0 && state_.read == ReadSide::kOpen) {
    return Progress::kPreempted;
  }
  return progress;
}

// The general turn: receives until the socket is drained, the budget spent, or reading held.
// `spent` bytes were received in this turn already.
Progress Connection::ReceiveMore(std::size_t spent) {
  if (input_.unseen()) {
    Process(input_.bytes(), input_.bytes().data());
    if (!Accepting()) return Progress::kDone;
  }
  const std::size_t budget = context_.reactor.budget();
  while (spent < budget) {
    const Target target = PrepareReceive(budget - spent);
    const IoResult received = context_.reactor.kernel().Receive(handle(), target.room);
    ++context_.counters.receives;
    if (received.error() == Error::kInterrupted) continue;
    if (!received.ok() || received.bytes() == 0) return ReceivedNothing(received);
    const std::size_t size = received.bytes();
    context_.counters.bytes_received += size;
    context_.reactor.Charge(size);
    spent += size;
    const bool own = target.carried > Workspace::kCarryMax;
    if (own) input_.Commit(size);
    const std::string_view bytes(target.room.data() - target.carried, target.carried + size);
    Process(bytes, own ? bytes.data() : nullptr);
    if (!Accepting()) return Progress::kDone;
    if (size < target.room.size() && DrainsWhenShort()) return Progress::kDrained;
  }
  return Progress::kPreempted;
}

// A receive that brought no bytes: would block, was interrupted, met the end or an error.
Progress Connection::ReceivedNothing(IoResult received) {
  if (received.ok()) return EndOfStream();
  if (received.error() == Error::kInterrupted) return ReceiveMore(0);
  if (received.would_block()) {
    ++context_.counters.would_blocks;
    return Progress::kDrained;
  }
  Fail(received.error());
  return Progress::kFailed;
}

// A small unfinished frame is copied in front of the shared room; behind a large one its own buffer
// grows.
Connection::Target Connection::PrepareReceive(std::size_t bytes_max) {
  std::span<char> room = context_.workspace.receive_room();
  room = room.first(std::min(room.size(), bytes_max));
  const std::size_t carried = input_.size();
  if (carried <= Workspace::kCarryMax) {
    if (carried != 0) std::memcpy(room.data() - carried, input_.bytes().data(), carried);
    return {.room = room, .carried = carried};
  }
  const std::span<char> behind = input_.Room(input_.need(), context_.workspace.gauge());
  return {.room = behind.first(std::min(behind.size(), room.size())), .carried = carried};
}

// Lets the codec take frames from `bytes`. `own` is where they begin if they stand in input_.
void Connection::Process(std::string_view bytes, const char* own) {
  const Consumed consumed = Consume(bytes);
  if (consumed.bytes != bytes.size() || consumed.partial || mid_message() || !input_.empty()) {
    KeepRest(bytes, consumed, own);
  }
}

// What the codec did not take waits for more. (Frames that it took may have stood in input_.)
void Connection::KeepRest(std::string_view bytes, const Consumed& consumed, const char* own) {
  BufferGauge& gauge = context_.workspace.gauge();
  std::string_view rest = bytes.substr(consumed.bytes);
  const bool in_body = mid_message();
  state_.marks &= static_cast<Marks>(~kMidMessage);
  if (state_.write != WriteSide::kOpen || !registered()) {
    rest = {};
  } else if (consumed.partial) {
    state_.marks |= kMidMessage;
  }
  if (rest.empty()) {
    input_.Clear(gauge);
    if (!mid_message()) {
      since_ = {};
      return;
    }
  } else if (own != nullptr) {
    input_.DropFront(static_cast<std::size_t>(rest.data() - own), gauge);
  } else {
    input_.Assign(rest, gauge);
  }
  if (!rest.empty()) {
    input_.set_need(consumed.need);
    input_.set_unseen(!Accepting());
  }
  if (consumed.bytes != 0 || since_ == Time()) {
    StartInputClock(consumed.bytes, in_body && consumed.same_message);
  }
  context_.memory.Grew(*this);
}

// `bytes` were taken. Either they are more of the same body, or something was finished, so that
// what is not began just now, at the earliest.
void Connection::StartInputClock(std::size_t bytes, bool same_body) {
  // Read anew: an upcall before this one may have taken seconds of this round.
  const Time now = context_.reactor.UpdateNow();
  const std::size_t rate = context_.options.body_rate_min;
  if (same_body && rate != 0) {
    const std::chrono::duration<double> earned(static_cast<double>(bytes) /
                                               static_cast<double>(rate));
    since_ = std::min(now, since_ + std::chrono::duration_cast<Duration>(earned));
    return;
  }
  since_ = now;
  if (InputTimeout() != kForever) ArmAt(since_ + InputTimeout());
}

Progress Connection::EndOfStream() {
  state_.read = Transition(kReadTransitions, state_.read, ReadEvent::kEndOfStream);
  if (!input_.empty() || mid_message()) {
    ++context_.counters.truncated_frames;
    input_.Clear(context_.workspace.gauge());
    state_.marks &= static_cast<Marks>(~kMidMessage);
    since_ = {};
  }
  Ended();
  return registered() ? Progress::kDone : Progress::kFailed;
}

// After a close: what still comes is read, so that it cannot turn into a reset, and dropped.
Progress Connection::Discard() {
  Kernel& kernel = context_.reactor.kernel();
  const std::size_t budget = context_.reactor.budget();
  const std::span<char> room = context_.workspace.receive_room().first(budget);
  for (std::size_t spent = 0; spent < budget;) {
    const IoResult received = kernel.Receive(handle(), room);
    ++context_.counters.receives;
    if (received.error() == Error::kInterrupted) continue;
    if (!received.ok()) return ReceivedNothing(received);
    if (received.bytes() == 0) {
      state_.read = Transition(kReadTransitions, state_.read, ReadEvent::kEndOfStream);
      if (!Over(state_.read, state_.write)) return Progress::kDone;
      reactor()->Retire(*this, close_reason_);
      return Progress::kFailed;
    }
    spent += received.bytes();
    context_.reactor.Charge(received.bytes());
    context_.counters.bytes_discarded += received.bytes();
  }
  return Progress::kPreempted;
}

void Connection::RefuseMalformed(const char* reason, std::string_view farewell) {
  ++context_.counters.malformed;
  context_.counters.CountMalformed(reason);
  const CloseReason close{.cause = CloseCause::kMalformed, .detail = reason};
  if (!Refusing(close)) return Abort(close);
  if (!farewell.empty()) static_cast<void>(Write(farewell));
  CloseFor(close);
}

}  // namespace edgewise
