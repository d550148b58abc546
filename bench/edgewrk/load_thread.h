// LoadThread: some of a run's connections on a reactor and a thread of their own.
//
// Its life, which the main thread begins and otherwise only watches:
//
//   Start()       the thread connects its lanes; until settled() each has succeeded or failed once
//   Begin(start)  sending begins, a warm-up passes, the window opens and closes
//                 … what is in flight then is waited for, as long as a request may take
//   Join()        result() is complete
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/edgewrk/lane.h"
#include "bench/edgewrk/run_plan.h"
#include "bench/edgewrk/tally.h"
#include "bench/edgewrk/thread_times.h"
#include "bench/edgewrk/timeline.h"
#include "reactor/reactor.h"

namespace edgewise::wrk {

// What came of one thread. A value.
struct ThreadResult {
  Tally tally;
  std::size_t opened = 0;    // connections that were open when sending began
  Duration window{};         // that was measured
  ThreadTimes times{};       // in it
  Duration polled{};         // of that time, spent in polling for nothing: to spare
  std::uint64_t rounds = 0;  // of the reactor, in it
  // Answers a second in each part of the window, in order.
  std::vector<double> rates;
  Timeline timeline;
  // Of each lane, in the window.
  std::vector<std::uint64_t> answers_by_lane;
};

// Threading: as said at each method; the thread itself runs the rest. Ownership: of its reactor and
// connections. `plan` must outlive it.
class LoadThread final : private Timer {
 public:
  // Parts of the window: for the timeline, and for each of which a rate is taken.
  static Duration TimelineInterval(const RunPlan& plan);
  static Duration RateInterval(const RunPlan& plan);

  // Lanes `first_lane` and following of the run.
  LoadThread(const RunPlan& plan, std::size_t first_lane, std::size_t lanes);
  ~LoadThread() override;

  // --- The main thread.

  void Start();
  void Begin(Time start);
  // The window closes now, if it has not.
  void EndEarly();
  void Join();

  // --- Any thread.

  // Each lane has connected, or failed to, once. (With a ramp-up: at once.)
  bool settled() const { return settled_.load(std::memory_order_acquire); }
  // Settled, and none of them has connected.
  bool hopeless() const { return hopeless_.load(std::memory_order_acquire); }
  std::uint64_t answered() const { return answered_.load(std::memory_order_relaxed); }
  bool finished() const { return finished_.load(std::memory_order_acquire); }
  // REQUIRES: joined.
  const ThreadResult& result() const { return result_; }

 private:
  enum class Stage : std::uint8_t { kConnecting, kWarmup, kWindow, kDraining };

  // How often it looks whether all have connected, or whether all is answered in the end.
  static constexpr Duration kLook = std::chrono::milliseconds(2);

  // How long before a request is due its thread wakes (open loop).
  static constexpr Duration kLead = std::chrono::microseconds(80);

  void Run();
  void RunOnTime();
  void HandleTimeout(Time now) override;
  void BeginSending(Time start);
  void OpenWindow(Time now);
  void TakeRate(Time now);
  void NextTick(Time now);
  void CloseWindow(Time now);
  void Finish(Time now);
  bool AnyInFlight() const;
  void Publish();

  const RunPlan& plan_;
  const std::size_t first_lane_;
  const std::size_t lane_count_;
  std::atomic<bool> settled_{false};
  std::atomic<bool> hopeless_{false};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<bool> finished_{false};

  Reactor reactor_;
  std::unique_ptr<Client> client_;
  LaneContext context_;
  std::deque<Lane> lanes_;
  Stage stage_ = Stage::kConnecting;
  Time window_begin_ = kNever;
  Time window_end_ = kNever;
  Time give_up_ = kNever;
  Time rate_taken_{};
  std::uint64_t answered_before_ = 0;  // rate_taken_
  std::uint64_t bytes_before_ = 0;     // the window
  std::uint64_t rounds_before_ = 0;
  ThreadTimes times_before_{};
  Duration polled_{};         // for nothing, since the beginning
  Duration polled_before_{};  // the window
  ThreadResult result_;
  std::thread thread_;
};

}  // namespace edgewise::wrk
