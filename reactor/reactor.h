// Reactor: owns an epoll descriptor and decides who runs when.
//
// One round, which `RunOnce` runs once and `Run` until it is stopped:
//
//   1 timeout    zero while the ready queue or the mailbox holds work, else none
//   2 wait       epoll_wait, at most `events_max` events (with a spin before it, if that is on),
//                one of which may be a timer descriptor's, armed for the next timer
//   3 merge      latch each event into its handler's readiness, link the handler into the queue
//   4 timers     if that one rang: read the clock, expire what is due, a bounded slice
//   5 dispatch   one bounded upcall for each interactive handler that is ready, then for a slice of
//                the bulk ones; act on the Progress that each returns
//   6 tasks      run what other threads posted, a bounded slice
//   7 reclaim    HandleClose, then Reclaim, for each handler retired this round
//
// The order carries the proof of the two things that go wrong in reactors. No user code runs while
// the event array is live (step 3 calls nothing), and a handler leaves epoll before it may be
// destroyed (step 7), so an event can never point to a handler that is gone. And readiness is
// remembered until an upcall says "drained", so an edge can never be lost to a budget, a hold or a
// change of interest.
//
// Invariants, each checked in the code and each with a test that breaks it on purpose:
//   R1 no upcall during merge
//   R2 only a registered handler is ready, interested or dispatched
//   R3 linked ⇔ ready ∩ interest ≠ ∅ (outside the handler's own upcall)
//   R4 a handler is dispatched at most once a round
//   R5 a round is not re-entrant
//   R6 a retired handler gets one HandleClose and nothing after it
//
// Threading: one thread at a time runs a reactor and everything registered with it. Only `Post` and
// `Stop` may be called from elsewhere. Ownership: the reactor owns its descriptors; never a
// handler.
//
//   Reactor reactor(LinuxKernel::Instance());
//   ...
//   Error error = reactor.Register(bell, descriptor, Watch::kStream, kReadable);
//   reactor.Run();
#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "reactor/event_handler.h"
#include "reactor/kernel/kernel.h"
#include "reactor/mailbox.h"
#include "reactor/reactor_counters.h"
#include "reactor/reactor_options.h"
#include "reactor/ready_queue.h"
#include "reactor/spin.h"
#include "reactor/timer_wheel.h"

namespace edgewise {

// What a descriptor is registered for; always edge-triggered, always once.
enum class Watch : std::uint8_t {
  kStream,       // both directions, urgent data, and the peer's end
  kInput,        // input only: listeners, eventfds, signalfds
  kSharedInput,  // the same for a listener that other reactors watch too: wakes one of them
};

class Reactor {
 public:
  // Opens the epoll and wake-up descriptors. Where that fails (no descriptors left) `status()` says
  // so and nothing else may be called. `kernel` must outlive the reactor.
  explicit Reactor(Kernel& kernel, const ReactorOptions& options = {});
  // REQUIRES: no handler is registered any more (see DrainRetired).
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // kNone, or why a descriptor could not be opened.
  Error status() const { return status_; }

  // --- Running.

  // Runs rounds until Stop. The stopping round is finished first.
  void Run();
  // One round that blocks for at most `max_wait`. With zero it does what is due and returns: this
  // is how a foreign loop drives the reactor.
  void RunOnce(Duration max_wait = kForever);
  // From any thread, and from upcalls: Run returns after the current round. Sticky until Run
  // returns.
  void Stop();
  // Stop was called and Run has not returned since: the time for a foreign loop to leave, too.
  bool stopping() const { return stop_.load(std::memory_order_acquire); }

  // For a foreign loop: poll this descriptor for input for at most PollTimeout, and call
  // RunOnce(Duration::zero()) after either.
  Handle poll_handle() const { return epoll_; }
  // Zero: there is work, call at once. kForever: the descriptor tells, of timers and posted tasks,
  // too. Nothing else: a loop that can only wait without a limit asks whether it is zero.
  Duration PollTimeout();

  // --- Handlers. The loop's thread only.

  // Puts `handle` into epoll for good and links `handler` to it. kNone, or why epoll refused (then
  // nothing is registered). REQUIRES: the handler is idle; it outlives its registration.
  [[nodiscard]] Error Register(EventHandler& handler, Handle handle, Watch watch,
                               Readiness interest);
  // Takes the handler out of epoll and of the queue now; HandleClose(reason) and Reclaim follow at
  // the end of the round. Nothing if it is retired already. REQUIRES: registered once.
  void Retire(EventHandler& handler, const CloseReason& reason);

  // Selects or drops interest in directions. An interest whose readiness is cached links at once:
  void AddInterest(EventHandler& handler, Readiness directions);
  void DropInterest(EventHandler& handler, Readiness directions);
  // For a handler that found out by itself: a send that fell short (not writable any more) …
  void ClearReady(EventHandler& handler, Readiness directions);
  // … or that has work left although the descriptor may be silent. The worst that can come of it is
  // one system call that would block.
  void MarkReady(EventHandler& handler, Readiness directions);
  // Counts work done in the current upcall towards the class of its handler. Bytes, or for other
  // work what costs about as much.
  void Charge(std::size_t bytes) { spent_ += bytes; }
  // What the current upcall may move before it should answer kPreempted: little for a handler that
  // is interactive, more for a bulk one. Bytes.
  std::size_t budget() const { return budget_; }

  // --- Time, timers, tasks.

  // The time of this round: the clock is read when somebody asks, once, and shared by all.
  Time now() { return clock_is_read_ ? now_ : UpdateNow(); }
  // A fresh reading, which also becomes now().
  Time UpdateNow() {
    clock_is_read_ = true;
    return now_ = kernel_.MonotonicNow();
  }
  // Arm timers here; from the loop's thread. It lives as long as the reactor.
  TimerWheel& timers() { return timers_; }
  // Arms `timer` for `delay` from now.
  void ArmAfter(Timer& timer, Duration delay) { timers_.Arm(timer, now() + delay); }
  // From any thread. The task runs in the loop's thread, in the order of posting. Tasks that wait
  // when the reactor is destroyed are destroyed with it.
  PostResult Post(Mailbox::Task task) { return mailbox_.Post(std::move(task)); }

  // `handler` is in one of its upcalls right now.
  bool in_upcall(const EventHandler& handler) const {
    return (handler.standing_ & EventHandler::kRunning) != 0;
  }
  // What the constructor was given; the options are its own copy:
  Kernel& kernel() { return kernel_; }
  const ReactorOptions& options() const { return options_; }
  // Its own thread's: a post can copy them out. Valid as long as the reactor.
  const ReactorCounters& counters() const { return counters_; }
  // Handlers that are registered, or retired and not reclaimed yet.
  std::size_t registered() const { return registered_; }
  // Runs step 7 alone until nobody is retired: before a reactor is destroyed.
  void DrainRetired();
  // Runs what waits in the mailbox, and step 7, alone: for whoever has run the last round and would
  // leave no task behind. At most mailbox_max of them, so one that posts itself again has an end.
  void RunPosted();

 private:
  enum class Phase : std::uint8_t {
    kOutside,
    kGathering,  // steps 1 to 3: nobody is called
    kTimers,
    kDispatching,
    kTasks,
    kReclaiming,
  };

  Handle Opened(const HandleResult& result);
  // Tells rounds apart, and which upcalls belong to one.
  std::uint32_t round() const { return static_cast<std::uint32_t>(counters_.rounds); }
  bool Round(Duration max_wait);
  bool FinishRound();
  Duration Plan(Duration max_wait);
  void PlanTimers();
  std::size_t Wait(Duration timeout);
  std::size_t SpinFor(Duration timeout);
  void Merge(std::size_t count);
  void ExpireTimers();
  void DispatchInteractive();
  void DispatchBulk();
  void DispatchOne(EventHandler& handler);
  Readiness Upcalls(EventHandler& handler);
  Readiness TimedUpcalls(EventHandler& handler);
  void OtherUpcalls(EventHandler& handler);
  void ErrorUpcall(EventHandler& handler);
  void Reclassify(EventHandler& handler);
  void Apply(EventHandler& handler, Readiness direction, Progress progress);
  void Requeue(EventHandler& handler);
  void RunTasks();
  void ReclaimRetired();
  void ReportException(const char* where);

  Kernel& kernel_;
  const ReactorOptions options_;
  const std::uint32_t timing_mask_;
  Error status_ = Error::kNone;
  Handle epoll_ = kNoHandle;
  Handle wakeup_ = kNoHandle;
  Handle alarm_ = kNoHandle;  // the timer descriptor
  Phase phase_ = Phase::kOutside;
  std::atomic<bool> stop_{false};

  std::vector<EpollEvent> events_;
  const std::span<EpollEvent> event_room_;  // all of events_
  ReadyQueue ready_;
  ReadyQueue::List retired_;
  std::size_t retired_count_ = 0;
  bool preempted_ = false;  // the upcall answered kPreempted; false between upcalls
  std::size_t spent_ = 0;   // bytes, in the current upcall if it is a bulk one
  std::size_t budget_;      // of the current upcall
  std::size_t registered_ = 0;

  Time now_{};
  bool clock_is_read_ = true;          // now_ is of this round
  bool timers_due_ = false;            // … or may be; step 4 finds out
  Time alarm_at_ = kNever;             // what alarm_ is armed for
  std::uint32_t planned_version_ = 0;  // of timers_, when alarm_at_ was decided
  TimerWheel timers_;
  Mailbox mailbox_;
  Spin spin_;
  ReactorCounters counters_;
};

}  // namespace edgewise
