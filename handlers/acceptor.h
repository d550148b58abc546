// Acceptor: gives birth to client handles.
//
// The handler of the master socket. It accepts until the queue is empty or its budget is spent; the
// edge-triggered contract makes the first a "drained" and the second a "preempted".
//
// At the descriptor limit, accept4 fails before it looks at the queue, and no edge will ever tell
// that descriptors are free again. So the Acceptor keeps one descriptor in reserve: it is given up
// to take a few waiting peers off the queue and close them, which tells them at once, and then
// accepting pauses and is tried again by a timer. Never spin, never go deaf.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "handlers/accept_state.h"
#include "reactor/event_handler.h"
#include "reactor/kernel/kernel.h"
#include "reactor/reactor.h"
#include "reactor/timer.h"

namespace edgewise {

// What an error of accept means for the listener.
enum class AcceptVerdict : std::uint8_t {
  kDrained,       // the queue is empty
  kNext,          // one peer's trouble: take the next
  kProcessLimit,  // no descriptor left for us: shed, pause, try again
  kBackOff,       // the machine is short of something: wait, longer each time
};
// What `error` of accept means. An error that nobody knows is kBackOff, never kDrained.
AcceptVerdict JudgeAcceptError(Error error);

// The limits of an acceptor. A value; each has a safe default.
struct AcceptorOptions {
  // Accepted in one turn.
  std::size_t accepts_max = 64;
  // Shed in one turn at the descriptor limit.
  std::size_t sheds_max = 16;
  // Between two tries at the descriptor limit, or at a limit of the sink.
  Duration retry_interval = std::chrono::milliseconds(50);
  // When the machine is short of memory or descriptors: the first wait and the longest, doubling
  // between them, with up to a quarter of jitter:
  Duration back_off_min = std::chrono::milliseconds(10);
  Duration back_off_max = std::chrono::milliseconds(1000);
};

// A value; a copy is a snapshot.
struct AcceptCounters {
  // Descriptors that accept gave, those that were refused afterwards included.
  std::uint64_t accepted = 0;
  std::uint64_t peer_errors = 0;     // kNext
  std::uint64_t process_limits = 0;  // kProcessLimit
  std::uint64_t shed = 0;            // accepted with the reserve descriptor, and closed
  std::uint64_t back_offs = 0;       // kBackOff
  std::uint64_t pauses = 0;          // the sink had no room
  std::uint64_t refused = 0;         // accepted, and not taken by the sink: a limit, no memory
  std::uint64_t budget_spent = 0;    // turns that ended with more waiting

  // Adds each to its own.
  void Add(const AcceptCounters& other);
  // "name value" lines.
  std::string ToString() const;
};

// Threading: the reactor's thread. Ownership: the listening descriptor once Open succeeded, and the
// reserve; the caller owns the Acceptor, which must stay until it was reclaimed.
class Acceptor final : public EventHandler, private Timer {
 public:
  // Who takes what is accepted.
  class Sink {
   public:
    virtual ~Sink() = default;
    // Another connection may be accepted now. If not, accepting pauses until Resume or for a
    // retry_interval.
    virtual bool HasRoom() = 0;
    // Takes over the descriptor. False: a limit refuses this peer, the Acceptor closes it.
    [[nodiscard]] virtual bool Take(Handle handle, const SocketAddress& peer) = 0;
  };

  // Listens to nothing before Open. `reactor` and `sink` must outlive it; `options` are copied.
  Acceptor(Reactor& reactor, Sink& sink, const AcceptorOptions& options = {});

  // Adopts a listening descriptor, made by OpenListener or anywhere else (it must be non-blocking).
  // `watch`: kInput, or kSharedInput if other reactors watch the same queue. On an error the
  // descriptor stays the caller's. REQUIRES: not open.
  [[nodiscard]] Error Open(Handle listener, Watch watch);
  // Accepts what has been waiting (up to accepts_max), then closes the master socket.
  void Close();
  // Ends a pause.
  void Resume();
  // There may be room again: ends a pause that the sink asked for.
  void RoomMade() {
    if (state_ == AcceptState::kFull) Resume();
  }

  // Where it stands now, and what came of accepting so far (the view lives as long as this object):
  AcceptState state() const { return state_; }
  const AcceptCounters& counters() const { return counters_; }

 protected:
  Progress HandleInput() override;
  void HandleClose(const CloseReason& reason) override;

 private:
  void HandleTimeout(Time now) override { static_cast<void>(now), Resume(); }
  AcceptVerdict Judge(Error error);
  void Meet(AcceptEvent event) { state_ = Transition(kAcceptTransitions, state_, event); }
  Progress PauseFor(Duration duration);
  Progress BackOff();
  Progress Shed();
  void Deliver(const AcceptResult& accepted);

  Reactor& loop_;
  Sink& sink_;
  const AcceptorOptions options_;
  Handle reserve_ = kNoHandle;
  AcceptState state_ = AcceptState::kClosed;
  Duration back_off_;
  AcceptCounters counters_;
};

}  // namespace edgewise
