// Connection, the half that receives.
#include <algorithm>
#include <cstring>

#include "handlers/connection.h"
#include "handlers/connection_context.h"

namespace edgewise {

// Inlines the parts of a turn, each of which is called from one place, into it.
#define EDGEWISE_HOT [[gnu::always_inline]] inline

// Where the next receive goes: `carried` bytes of an unfinished frame stand right before `room`.
struct Connection::Target {
  std::span<char> room;
  std::size_t carried;
};

Progress Connection::HandleInput() {
  if (write_side_ != WriteSide::kOpen) [[unlikely]]
    return Discard();
  // Whatever happens in the turn, an exception of the service's included, the buffer comes back.
  struct Turn {
    Workspace& workspace;
    ~Turn() { workspace.TakeStagingBack(); }
  } turn{context_.workspace};
  if (output_.empty()) [[likely]]
    turn.workspace.LendStaging(this);
  const Progress progress = ReceiveAll();
  const ConstBuffer staged(turn.workspace.staged());
  if (!staged.empty()) [[likely]]
    FlushStaged(staged);
  if (progress == Progress::kDrained && intent_ == Intent::kServe &&
      write_side_ == WriteSide::kOpen) [[likely]] {
    return progress;
  }
  return EndTurn(progress);
}

// The end of a turn: what gathered in the staging buffer leaves.
EDGEWISE_HOT void Connection::FlushStaged(ConstBuffer staged) {
  context_.workspace.TakeStagingBack();
  if (!registered()) [[unlikely]]
    return;
  const IoResult result = context_.reactor.kernel().Send(handle(), staged);
  ++context_.counters.sends;
  if (result.ok() && result.bytes() == staged.size()) [[likely]] {
    context_.counters.bytes_sent += staged.size();
    return;
  }
  KeepUnsent(result, staged);
}

// What is left to be decided when a turn did not simply drain the input.
Progress Connection::EndTurn(Progress progress) {
  if (!registered()) return Progress::kFailed;
  if (progress == Progress::kDrained) FinishIfQuiet();
  if (write_side_ == WriteSide::kDraining && output_.empty()) FinishWriting();
  if (!registered()) return Progress::kFailed;
  // A hold or the end of the stream has settled the interest already. After a close, input goes on
  // to be read, and discarded.
  if (progress == Progress::kDone && holds_ == 0 && read_side_ == ReadSide::kOpen) {
    return Progress::kPreempted;
  }
  return progress;
}

EDGEWISE_HOT Progress Connection::ReceiveAll() {
  Kernel& kernel = context_.reactor.kernel();
  ConnectionCounters& counters = context_.counters;
  if (input_.unseen()) [[unlikely]] {
    Process(input_.bytes(), input_.bytes().data());
    if (!Accepting()) return Progress::kDone;
  }
  std::size_t spent = 0;
  for (;;) {
    const Target target = PrepareReceive();
    const IoResult received = kernel.Receive(handle(), target.room);
    ++counters.receives;
    if (!received.ok()) [[unlikely]] {
      if (received.error() == Error::kInterrupted) continue;
      return ReceiveFailed(received.error());
    }
    const std::size_t size = received.bytes();
    if (size == 0) [[unlikely]]
      return EndOfStream();
    spent += size;
    counters.bytes_received += size;
    context_.reactor.Charge(size);
    last_activity_ = context_.reactor.now();
    const bool own = target.carried > Workspace::kCarryMax;
    if (own) [[unlikely]]
      input_.Commit(size);
    const std::string_view bytes(target.room.data() - target.carried, target.carried + size);
    Process(bytes, own ? bytes.data() : nullptr);
    if (!Accepting()) [[unlikely]]
      return Progress::kDone;
    const bool drained = size < target.room.size();
    if (drained && (ready() & (kPeerFinished | kUrgent | kBroken)) == 0) [[likely]] {
      return Progress::kDrained;
    }
    if (spent >= context_.reactor.options().upcall_bytes_max) return Progress::kPreempted;
  }
}

Progress Connection::ReceiveFailed(Error error) {
  if (error == Error::kWouldBlock) {
    ++context_.counters.would_blocks;
    return Progress::kDrained;
  }
  Fail(error);
  return Progress::kFailed;
}

EDGEWISE_HOT Connection::Target Connection::PrepareReceive() {
  const std::span<char> room = context_.workspace.receive_room();
  if (input_.empty()) [[likely]]
    return {.room = room, .carried = 0};
  return PrepareBehindInput(room);
}

// A small unfinished frame is copied in front of the shared room; behind a large one its own buffer
// grows.
Connection::Target Connection::PrepareBehindInput(std::span<char> room) {
  const std::size_t carried = input_.size();
  if (carried <= Workspace::kCarryMax) {
    std::memcpy(room.data() - carried, input_.bytes().data(), carried);
    return {.room = room, .carried = carried};
  }
  const std::span<char> behind = input_.Room(input_.need(), context_.workspace.gauge());
  return {.room = behind.first(std::min(behind.size(), room.size())), .carried = carried};
}

// Lets the codec take frames from `bytes`. `own` is where they begin if they stand in input_.
EDGEWISE_HOT void Connection::Process(std::string_view bytes, const char* own) {
  const Consumed consumed = Consume(bytes);
  context_.counters.frames += consumed.frames;
  // The usual batch is made of whole frames, with nothing before and nothing behind.
  if (consumed.bytes == bytes.size() && input_.empty()) [[likely]]
    return;
  KeepRest(bytes.substr(consumed.bytes), consumed, own);
}

void Connection::KeepRest(std::string_view rest, const Consumed& consumed, const char* own) {
  BufferGauge& gauge = context_.workspace.gauge();
  if (rest.empty() || write_side_ != WriteSide::kOpen || !registered()) {
    input_.Clear(gauge);
    since_ = {};
    return;
  }
  if (own != nullptr) {
    input_.DropFront(static_cast<std::size_t>(rest.data() - own), gauge);
  } else {
    input_.Assign(rest, gauge);
  }
  input_.set_need(consumed.need);
  input_.set_unseen(!Accepting());
  // A frame was finished, so what is left began just now, at the earliest.
  if (consumed.frames != 0 || since_ == Time()) {
    since_ = context_.reactor.now();
    const Duration timeout = context_.options.frame_timeout;
    if (timeout != kForever) ArmAt(since_ + timeout);
  }
  context_.memory.Grew(*this);
}

Progress Connection::EndOfStream() {
  read_side_ = Transition(kReadTransitions, read_side_, ReadEvent::kEndOfStream);
  if (!input_.empty()) {
    ++context_.counters.truncated_frames;
    input_.Clear(context_.workspace.gauge());
    since_ = {};
  }
  Ended();
  return registered() ? Progress::kDone : Progress::kFailed;
}

// After a close: what still comes is read, so that it cannot turn into a reset, and dropped.
Progress Connection::Discard() {
  Kernel& kernel = context_.reactor.kernel();
  const std::span<char> room = context_.workspace.receive_room();
  const std::size_t budget = context_.reactor.options().upcall_bytes_max;
  for (std::size_t spent = 0; spent < budget;) {
    const IoResult received = kernel.Receive(handle(), room);
    ++context_.counters.receives;
    if (received.error() == Error::kInterrupted) continue;
    if (!received.ok()) return ReceiveFailed(received.error());
    if (received.bytes() == 0) {
      read_side_ = Transition(kReadTransitions, read_side_, ReadEvent::kEndOfStream);
      if (!Over(read_side_, write_side_)) return Progress::kDone;
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
  if (!farewell.empty()) static_cast<void>(Write(farewell));
  CloseFor({.cause = CloseCause::kMalformed, .detail = reason});
}

}  // namespace edgewise
