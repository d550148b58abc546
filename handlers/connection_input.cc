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

Progress Connection::HandleInput() {
  if (write_side_ != WriteSide::kOpen) return Discard();
  // Whatever happens in the turn, an exception of the service's included, the buffer comes back.
  struct Turn {
    Workspace& workspace;
    ~Turn() { workspace.TakeStagingBack(); }
  } turn{context_.workspace};
  if (output_.empty()) context_.workspace.LendStaging(this);
  const Progress progress = ReceiveAll();
  FlushStaged();
  if (!registered()) return Progress::kFailed;
  if (progress == Progress::kDrained) FinishIfQuiet();
  if (!registered()) return Progress::kFailed;
  // A hold or a close has settled the interest already: what was found out is all there is to say.
  if (progress == Progress::kDone && holds_ == 0 && read_side_ == ReadSide::kOpen) {
    return Progress::kPreempted;
  }
  return progress;
}

Progress Connection::ReceiveAll() {
  Kernel& kernel = context_.reactor.kernel();
  ConnectionCounters& counters = context_.counters;
  const std::size_t budget = context_.reactor.options().upcall_bytes_max;
  if (input_.unseen()) {
    Process(input_.bytes(), input_.bytes().data());
    if (!Accepting()) return Progress::kDone;
  }
  std::size_t spent = 0;
  for (;;) {
    const Target target = PrepareReceive();
    const IoResult received = kernel.Receive(handle(), target.room);
    ++counters.receives;
    if (!received.ok()) {
      if (received.error() == Error::kInterrupted) continue;
      if (received.would_block()) {
        ++counters.would_blocks;
        return Progress::kDrained;
      }
      Fail(received.error());
      return Progress::kFailed;
    }
    const std::size_t size = received.bytes();
    if (size == 0) return EndOfStream();
    spent += size;
    counters.bytes_received += size;
    context_.reactor.Charge(size);
    last_activity_ = context_.reactor.now();
    const bool own = !input_.empty() && target.room.data() == input_.bytes().end();
    if (own) input_.Commit(size);
    const std::string_view bytes(target.room.data() - target.carried, target.carried + size);
    Process(bytes, own ? bytes.data() : nullptr);
    if (!Accepting()) return Progress::kDone;
    const bool drained = size < target.room.size();
    if (drained && (ready() & (kPeerFinished | kUrgent | kBroken)) == 0) return Progress::kDrained;
    if (spent >= budget) return Progress::kPreempted;
  }
}

Connection::Target Connection::PrepareReceive() {
  Workspace& workspace = context_.workspace;
  const std::span<char> shared = workspace.receive_buffer();
  const std::size_t carried = input_.size();
  if (carried <= Workspace::kCarryMax) {
    char* begin = shared.data() + Workspace::kCarryMax - carried;
    if (carried != 0) std::memcpy(begin, input_.bytes().data(), carried);
    return {.room = shared.subspan(Workspace::kCarryMax), .carried = carried};
  }
  std::span<char> room = input_.Room(input_.need(), workspace.gauge());
  return {.room = room.first(std::min(room.size(), workspace.receive_bytes())), .carried = carried};
}

// Lets the codec take frames from `bytes`. `own` is where they begin if they stand in input_.
void Connection::Process(std::string_view bytes, const char* own) {
  const Consumed consumed = Consume(bytes);
  context_.counters.frames += consumed.frames;
  if (write_side_ != WriteSide::kOpen || !registered()) {
    input_.Clear(context_.workspace.gauge());
    return;
  }
  const std::string_view rest = bytes.substr(consumed.bytes);
  if (rest.empty()) {
    if (!input_.empty()) input_.Clear(context_.workspace.gauge());
    since_ = {};
    return;
  }
  // A frame was finished, so what is left began just now, at the earliest.
  if (consumed.frames != 0) since_ = {};
  Keep(rest, consumed.need, own);
}

void Connection::Keep(std::string_view rest, std::size_t need, const char* own) {
  BufferGauge& gauge = context_.workspace.gauge();
  if (own != nullptr) {
    input_.DropFront(static_cast<std::size_t>(rest.data() - own), gauge);
  } else {
    input_.Assign(rest, gauge);
  }
  input_.set_need(need);
  input_.set_unseen(!Accepting());
  if (since_ == Time()) {
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
  const std::span<char> room = context_.workspace.receive_buffer();
  const std::size_t budget = context_.reactor.options().upcall_bytes_max;
  for (std::size_t spent = 0; spent < budget;) {
    const IoResult received = kernel.Receive(handle(), room);
    ++context_.counters.receives;
    if (received.error() == Error::kInterrupted) continue;
    if (received.would_block()) {
      ++context_.counters.would_blocks;
      return Progress::kDrained;
    }
    if (!received.ok()) {
      Fail(received.error());
      return Progress::kFailed;
    }
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
