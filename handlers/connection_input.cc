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
  Workspace& workspace = context_.workspace;
  // Whatever happens in the turn, an exception of the service's included, the buffer comes back.
  struct Turn {
    Workspace& workspace;
    ~Turn() { workspace.TakeStagingBack(); }
  } turn{workspace};
  if (output_.empty()) [[likely]]
    workspace.LendStaging(this);
  const Progress progress = input_.empty() ? ReceiveWhole(workspace) : ReceiveMore(0);
  const ConstBuffer staged(workspace.staged());
  if (!staged.empty()) [[likely]]
    FlushStaged(staged);
  if (progress == Progress::kDrained && intent_ == Intent::kServe &&
      write_side_ == WriteSide::kOpen) [[likely]] {
    return Progress::kDrained;
  }
  return EndTurn(progress);
}

// The usual turn: nothing is kept from before, one receive drains the socket, and what came is
// whole frames. Whatever turns out differently goes on in ReceiveMore.
EDGEWISE_HOT Progress Connection::ReceiveWhole(Workspace& workspace) {
  const std::span<char> room = workspace.receive_room();
  const IoResult received = context_.reactor.kernel().Receive(handle(), room);
  ++context_.counters.receives;
  if (!received.ok() || received.bytes() == 0) [[unlikely]]
    return ReceivedNothing(received);
  const std::size_t size = received.bytes();
  CountReceived(size);
  const Consumed consumed = Consume({room.data(), size});
  if (consumed.bytes != size) [[unlikely]]
    KeepRest({room.data(), size}, consumed, nullptr);
  if (!Accepting()) [[unlikely]]
    return Progress::kDone;
  if (size < room.size() && DrainsWhenShort()) [[likely]]
    return Progress::kDrained;
  return ReceiveMore(size);
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

EDGEWISE_HOT void Connection::CountReceived(std::size_t size) {
  context_.counters.bytes_received += size;
  context_.reactor.Charge(size);
  last_activity_ = context_.reactor.now();
}

// A receive that fell short has emptied the socket, unless the peer's end or urgent data is in it;
// on an AF_UNIX socket, where descriptors that came along cut it too, never.
EDGEWISE_HOT bool Connection::DrainsWhenShort() const {
  return (ready() & (kPeerFinished | kUrgent | kBroken | kCutsReads)) == 0;
}

// The general turn: receives until the socket is drained, the budget spent, or reading held.
// `spent` bytes were received in this turn already.
Progress Connection::ReceiveMore(std::size_t spent) {
  if (input_.unseen()) {
    Process(input_.bytes(), input_.bytes().data());
    if (!Accepting()) return Progress::kDone;
  }
  const std::size_t budget = context_.reactor.options().upcall_bytes_max;
  while (spent < budget) {
    const Target target = PrepareReceive(budget - spent);
    const IoResult received = context_.reactor.kernel().Receive(handle(), target.room);
    ++context_.counters.receives;
    if (received.error() == Error::kInterrupted) continue;
    if (!received.ok() || received.bytes() == 0) return ReceivedNothing(received);
    const std::size_t size = received.bytes();
    CountReceived(size);
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
Progress Connection::ReceivedNothing(const IoResult& received) {
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
  if (consumed.bytes != bytes.size() || !input_.empty()) KeepRest(bytes, consumed, own);
}

// What the codec did not take waits for more. (Frames that it took may have stood in input_.)
void Connection::KeepRest(std::string_view bytes, const Consumed& consumed, const char* own) {
  BufferGauge& gauge = context_.workspace.gauge();
  const std::string_view rest = bytes.substr(consumed.bytes);
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
  if (consumed.bytes != 0 || since_ == Time()) {
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
    if (!received.ok()) return ReceivedNothing(received);
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
