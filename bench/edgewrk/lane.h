// Lane: one of the connections that a load consists of, with its requests in flight; when it is
// lost, the next one takes its place.
//
// What makes the numbers true stands here. A request's latency begins when it is handed to the
// socket and ends when the last byte of its answer has been received; in an open loop it also has
// one that begins when it was due, which nothing that happens moves. Answers are matched with
// requests in order. An answer without a request is an error and never stands for a later request:
// new requests leave only when all bytes that came together have been looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/edgewrk/body_sample.h"
#include "bench/edgewrk/due_queue.h"
#include "bench/edgewrk/pace.h"
#include "bench/edgewrk/run_plan.h"
#include "bench/edgewrk/tally.h"
#include "bench/edgewrk/timeline.h"
#include "handlers/client.h"
#include "reactor/timer.h"

namespace edgewise::wrk {

// What the lanes of one thread share.
struct LaneContext {
  enum class Phase : std::uint8_t {
    kConnecting,  // nobody sends yet
    kSending,
    kDraining,  // nobody sends any more
    kOver,
  };

  const RunPlan& plan;
  Client& client;
  Kernel& kernel;
  // `depth` requests in a row.
  std::string batch;
  Timeline timeline{};  // of the window
  BodySample sample{};
  DueQueue due{};  // of an open loop
  Phase phase = Phase::kConnecting;
  bool in_window = false;
  std::size_t settled = 0;  // lanes that have connected, or failed to, once
  Tally tally{};
};

// Threading: the reactor's thread. Ownership: none; the context and the client outlive it, and the
// client's connections must be gone before it.
class Lane final : public Client::Sink, private Timer {
 public:
  // The `index`-th of the whole run.
  Lane(LaneContext& context, std::size_t index);

  void Connect();
  // Sending begins at `start`, later if there is a ramp-up.
  void Begin(Time start);
  // Open loop: sends what is due at `now`.
  void SendDue(Time now);
  // Sends what is due at last, and nothing more.
  void StopSending();
  // What is still in flight at `now`, and what was due before `window_end` and never sent, enters
  // the tally with what is known of it.
  void Finish(Time window_end, Time now);

  std::size_t in_flight() const { return in_flight_; }
  // In the window.
  std::uint64_t answered() const { return answered_; }
  void BeginWindow() { answered_ = 0; }

  // --- For the handler of the connection.

  void Opened(Connection& connection);
  // To be called in each upcall before anything else: reads the clock, once a turn.
  void Awake() {
    if (connection_->last_turn() == seen_turn_) return;
    seen_turn_ = connection_->last_turn();
    now_ = context_.kernel.MonotonicNow();
  }
  // One answer is complete. False if it was unsolicited.
  bool TakeAnswer();
  // After each answer: sends what may be sent, if all that came has been looked at.
  void Proceed();
  // The end of the connection; `why` for the complaints if requests are lost.
  void Closed(const CloseReason& reason, const std::string& why);

  LaneContext& context() { return context_; }

 private:
  // A request on its way.
  struct Pending {
    Time sent;
    Time due;  // in an open loop
  };

  void NotConnected(const SocketAddress& target, Error error) override;
  void HandleTimeout(Time now) override;
  void Settle();
  void ConnectLater();
  void SendWhatIsDue();
  void Send(std::size_t count);
  void SendBatch();
  std::size_t Allowance() const;
  void WakeAt(Time time);

  LaneContext& context_;
  Connection* connection_ = nullptr;  // null while there is none
  std::uint64_t sent_here_ = 0;       // on this connection
  std::uint64_t answered_here_ = 0;
  std::uint64_t answered_ = 0;
  std::uint32_t seen_turn_ = 0;
  std::uint32_t first_ = 0;  // of pending_, a ring
  std::uint32_t in_flight_ = 0;
  bool settled_ = false;
  bool in_due_queue_ = false;
  std::size_t index_;
  Time now_{};
  Time start_ = kNever;
  Time free_since_{};  // when there came to be room for one more request
  Duration pause_{};   // before the next attempt to connect
  std::vector<Pending> pending_;
  std::optional<Pace> pace_;
};

}  // namespace edgewise::wrk
