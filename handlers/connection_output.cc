// Connection, the half that sends.
#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "handlers/connection.h"
#include "handlers/connection_context.h"

namespace edgewise {

SendResult Connection::WriteWithin(const Envelope& envelope, std::string_view payload) {
  if (context_.workspace.StageFor(this, envelope, payload)) return SendResult::kAccepted;
  return WriteSlowly(envelope, payload);
}

SendResult Connection::Write(std::string_view bytes) {
  if (context_.workspace.StageFor(this, {}, bytes)) return SendResult::kAccepted;
  return WriteSlowly({}, bytes);
}

void Connection::AskForDrained() {
  if (!registered() || state_.write != WriteSide::kOpen) return;
  state_.marks |= kDrainedWanted;
  reactor()->AddInterest(*this, kWritable);
}

SendResult Connection::WriteSlowly(const Envelope& envelope, std::string_view payload) {
  if (!registered() || state_.write != WriteSide::kOpen) {
    ++context_.counters.sends_refused;
    return SendResult::kClosed;
  }
  Workspace& workspace = context_.workspace;
  const bool staging = workspace.staging_owner() == this;
  const std::string_view staged = staging ? workspace.staged() : std::string_view();
  const std::array<ConstBuffer, 4> pieces{
      ConstBuffer(staged), ConstBuffer(envelope.prefix.data(), envelope.prefix_size),
      ConstBuffer(payload), ConstBuffer(envelope.suffix.data(), envelope.suffix_size)};
  std::size_t sent = 0;
  if (staging) {
    const IoResult result = SendPieces(pieces);
    workspace.ClearStaged();
    if (!result.ok()) {
      Fail(result.error());
      return SendResult::kClosed;
    }
    sent = result.bytes();
  }
  return Enqueue(pieces, sent);
}

// Queues what follows the first `skip` bytes of the pieces, and sees to it that it leaves.
SendResult Connection::Enqueue(std::span<const ConstBuffer> pieces, std::size_t skip) {
  Workspace& workspace = context_.workspace;
  std::size_t left = 0;
  for (const ConstBuffer& piece : pieces) left += piece.size();
  left -= skip;
  if (left == 0) return SendResult::kAccepted;
  const ConnectionOptions& options = context_.options;
  if (output_.bytes() + left > options.outbound_bytes_max) {
    ResetAtEnd();
    Abort({.cause = CloseCause::kOverflow, .detail = "outbound_bytes_max"});
    return SendResult::kOverflow;
  }
  const bool began = output_.empty();
  try {
    for (const ConstBuffer& piece : pieces) {
      const std::size_t skipped = skip < piece.size() ? skip : piece.size();
      output_.Append(piece.subspan(skipped), workspace.chunks(), context_.reactor.now());
      skip -= skipped;
    }
  } catch (const std::bad_alloc&) {
    // Half a frame may be queued by now, and the turn may be another connection's: this one ends.
    Abort({.cause = CloseCause::kSystem, .error = Error::kNoMemory});
    return SendResult::kClosed;
  }
  OutputGrew(began);
  return SendResult::kAccepted;
}

SendResult Connection::SendFile(FileSlice slice) {
  if (!registered() || state_.write != WriteSide::kOpen) {
    ++context_.counters.sends_refused;
    return SendResult::kClosed;
  }
  if (slice.bytes == 0) return SendResult::kAccepted;
  Workspace& workspace = context_.workspace;
  const bool staging = workspace.staging_owner() == this;
  if (staging) SendStaged();
  if (!registered()) return SendResult::kClosed;
  const bool began = output_.empty();
  try {
    output_.Append(std::move(slice), workspace.chunks(), context_.reactor.now());
  } catch (const std::bad_alloc&) {
    Abort({.cause = CloseCause::kSystem, .error = Error::kNoMemory});
    return SendResult::kClosed;
  }
  // A small one leaves at once, so that more can be staged behind it.
  if (began && FlushQueue() == Progress::kFailed) return SendResult::kClosed;
  if (output_.empty()) {
    if (staging) workspace.LendStaging(this);
  } else {
    OutputGrew(began);
  }
  return SendResult::kAccepted;
}

// Something is queued, which it was not before if it `began`: sees to it that it leaves.
void Connection::OutputGrew(bool began) {
  if (context_.workspace.staging_owner() == this) context_.workspace.LendStaging(nullptr);
  reactor()->AddInterest(*this, kWritable);
  const ConnectionOptions& options = context_.options;
  // The first look sets the mark that the peer's progress is measured from.
  if (began) ArmAt(NextLook(context_.reactor.now(), options.write_timeout));
  if (output_.bytes() + output_.file_bytes() > options.high_water) AddHold(Hold::kHighWater);
  context_.memory.Grew(*this);
}

// One send of all pieces. Bytes, possibly 0 if the socket has no room; a fault otherwise.
IoResult Connection::SendPieces(std::span<const ConstBuffer> pieces) {
  std::size_t wanted = 0;
  for (const ConstBuffer& piece : pieces) wanted += piece.size();
  IoResult result = IoResult::Failure(Error::kInterrupted);
  while (result.error() == Error::kInterrupted) {
    ++context_.counters.sends;
    result = context_.reactor.kernel().SendGathered(handle(), pieces);
    result = Settle(result, wanted);
  }
  return result;
}

// What a send came to: bytes, 0 if it would have blocked; or the error it met.
IoResult Connection::Settle(const IoResult& result, std::size_t wanted) {
  if (!result.ok() && !result.would_block()) return result;
  ConnectionCounters& counters = context_.counters;
  const std::size_t sent = result.ok() ? result.bytes() : 0;
  counters.bytes_sent += sent;
  if (sent < wanted) {
    // Only now will the kernel report room again.
    ++(result.ok() ? counters.short_sends : counters.would_blocks);
    context_.reactor.ClearReady(*this, kWritable);
  }
  return IoResult::Bytes(sent);
}

// What gathered in the staging buffer during a turn leaves.
void Connection::SendStaged() {
  Workspace& workspace = context_.workspace;
  const ConstBuffer staged(workspace.staged());
  workspace.TakeStagingBack();
  if (staged.empty() || !registered()) return;
  const IoResult sent = context_.reactor.kernel().Send(handle(), staged);
  ++context_.counters.sends;
  if (sent.ok() && sent.bytes() == staged.size()) {
    context_.counters.bytes_sent += staged.size();
  } else {
    KeepUnsent(sent, staged);
  }
}

// The send at the end of a turn did not take all that was staged.
void Connection::KeepUnsent(IoResult result, ConstBuffer staged) {
  if (!registered()) return;
  const std::span<const ConstBuffer> pieces(&staged, 1);
  IoResult sent = Settle(result, staged.size());
  if (sent.error() == Error::kInterrupted) sent = SendPieces(pieces);
  if (!sent.ok()) return Fail(sent.error());
  static_cast<void>(Enqueue(pieces, sent.bytes()));
}

Progress Connection::HandleOutput() {
  const Progress progress = FlushQueue();
  if (progress == Progress::kFailed) return progress;
  if (output_.bytes() + output_.file_bytes() <= context_.options.low_water) {
    ReleaseHold(Hold::kHighWater);
  }
  if (!output_.empty()) return progress;
  if (state_.write == WriteSide::kOpen) TellDrained();
  if (state_.write == WriteSide::kDraining && output_.empty()) FinishWriting();
  if (!registered()) return Progress::kFailed;
  if (output_.empty() && (state_.marks & kDrainedWanted) == 0) return Progress::kDone;
  return (ready() & kWritable) != 0 ? Progress::kPreempted : Progress::kDrained;
}

// What the service writes now leaves in one send, like the answers of an input turn.
void Connection::TellDrained() {
  state_.marks &= static_cast<Marks>(~kDrainedWanted);
  const Workspace::StagingLoan loan{context_.workspace};
  const std::uint64_t sent_before = context_.counters.bytes_sent;
  loan.workspace.LendStaging(this);
  Drained();
  SendStaged();
  const std::uint64_t sent = context_.counters.bytes_sent - sent_before;
  context_.reactor.Charge(sent);
  // That all of it has left already is told, too, in the next turn.
  if (sent != 0 && output_.empty()) AskForDrained();
  // Closed there, or broken: frames that were not delivered never will be.
  if (state_.write != WriteSide::kOpen) input_.Clear(context_.workspace.gauge());
}

// Sends from the queue until it is empty, the socket is full, or the budget is spent.
Progress Connection::FlushQueue() {
  const std::size_t budget = context_.reactor.budget();
  std::size_t spent = 0;
  while (!output_.empty()) {
    if (spent >= budget) return Progress::kPreempted;
    const IoResult result = SendFront(budget - spent);
    if (!registered()) return Progress::kFailed;
    if (!result.ok()) {
      Fail(result.error());
      return Progress::kFailed;
    }
    const std::size_t sent = result.bytes();
    spent += sent;
    context_.reactor.Charge(sent);
    if (sent != 0) output_.Take(sent, context_.workspace.chunks());
    // The socket is full: only a send that fell short or would have blocked has seen that.
    if ((ready() & kWritable) == 0) return Progress::kDrained;
  }
  return Progress::kDone;
}

// One send of what is at the front of the queue.
IoResult Connection::SendFront(std::size_t bytes_max) {
  if (const OutputChunk* const file = output_.FrontFile()) return SendFrontFile(*file, bytes_max);
  std::array<ConstBuffer, Kernel::kGatherMax> pieces;
  const std::size_t count = output_.Describe(pieces, bytes_max);
  return SendPieces(std::span(pieces).first(count));
}

// A file's send may fall short although the socket has room; that it has none, only "would block"
// says.
IoResult Connection::SendFrontFile(const OutputChunk& front, std::size_t bytes_max) {
  const std::size_t wanted = std::min(front.size(), bytes_max);
  IoResult result = IoResult::Failure(Error::kInterrupted);
  while (result.error() == Error::kInterrupted) {
    ++context_.counters.sends;
    result = context_.kernel.SendFile(handle(), front.file()->handle(), front.offset(), wanted);
  }
  if (result.would_block()) return Settle(result, wanted);
  if (result.ok() && result.bytes() == 0) {
    Abort({.cause = CloseCause::kAbandoned, .detail = "a file became shorter while it was sent"});
  } else if (result.ok()) {
    context_.counters.bytes_sent += result.bytes();
  } else if (result.error() == Error::kInputOutput) {
    // No socket says so: it is the disk, and nobody's connection.
    Abort({.cause = CloseCause::kAbandoned,
           .error = result.error(),
           .detail = "a file could not be read while it was sent"});
  }
  return result;
}

// All output has left after a close: tell the peer, then wait for its end.
void Connection::FinishWriting() {
  // Who asked to be told that all has left is told no more: to keep the wish would keep the reactor
  // busy with it.
  state_.marks &= static_cast<Marks>(~kDrainedWanted);
  state_.write = Transition(kWriteTransitions, state_.write, WriteEvent::kDrained);
  if (Over(state_.read, state_.write)) {
    reactor()->Retire(*this, close_reason_);
    return;
  }
  const Error error = context_.reactor.kernel().Shutdown(handle(), ShutdownSide::kWrite);
  if (error != Error::kNone) return Fail(error);
  since_ = context_.reactor.UpdateNow();
  const Duration timeout = context_.options.linger_timeout;
  if (timeout != kForever) ArmAt(since_ + timeout);
  reactor()->AddInterest(*this, kReadable);
  reactor()->MarkReady(*this, kReadable);
}

}  // namespace edgewise
