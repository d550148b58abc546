// The round, step by step; the header explains why the steps stand in this order.
#include "reactor/reactor.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "reactor/check.h"

namespace edgewise {
namespace {

// The rounds whose upcalls are timed are those whose number has none of these bits.
std::uint32_t TimingMask(UpcallTiming timing) {
  switch (timing) {
    case UpcallTiming::kEvery:
      return 0;
    case UpcallTiming::kSampled:
      return 255;
    case UpcallTiming::kOff:
      break;
  }
  return ~0u;  // one round in four billion
}

// Inlines the steps of the round, each of which is called from one place, into it.
#define EDGEWISE_HOT [[gnu::always_inline]] inline

}  // namespace

Reactor::Reactor(Kernel& kernel, const ReactorOptions& options)
    : kernel_(kernel),
      options_(options),
      timing_mask_(TimingMask(options.upcall_timing)),
      epoll_(Opened(kernel.OpenEpoll())),
      wakeup_(Opened(kernel.OpenWakeup())),
      alarm_(Opened(kernel.OpenTimer())),
      events_(std::max<std::size_t>(options.events_max, 1)),
      event_room_(events_),
      budget_(std::min(options.interactive_bytes_max, options.bulk_bytes_max)),
      now_(kernel.MonotonicNow()),
      timers_(now_),
      mailbox_(kernel, wakeup_, options.mailbox_max),
      spin_(options.spin_budget) {
  if (status_ != Error::kNone) return;
  // Edge-triggered, so that they need never be read. A null tag: nobody to call, waking is all.
  for (const Handle waker : {wakeup_, alarm_}) {
    status_ = kernel_.EpollAdd(epoll_, waker, kEpollIn | kEpollEdge, nullptr);
    if (status_ != Error::kNone) return;
  }
}

Handle Reactor::Opened(const HandleResult& result) {
  if (!result.ok()) status_ = result.error();
  return result.handle();
}

Reactor::~Reactor() {
  EDGEWISE_CHECK(phase_ == Phase::kOutside, "a reactor was destroyed from within its own round");
  DrainRetired();
  EDGEWISE_CHECK(
      registered_ == 0,
      "a reactor was destroyed with handlers registered: Retire them, then DrainRetired");
  mailbox_.Close();
  for (const Handle handle : {alarm_, wakeup_, epoll_}) {
    if (handle != kNoHandle) kernel_.Close(handle);
  }
}

void Reactor::Run() {
  EDGEWISE_CHECK(phase_ == Phase::kOutside,
                 "R5: a round is not re-entrant: Run was called from an upcall");
  while (!stopping()) {
    // A stop counts as work for the mailbox, so one look each round serves for both.
    while (!Round(kForever)) {
    }
  }
  stop_.store(false, std::memory_order_relaxed);
  mailbox_.EndInterruption();
}

void Reactor::Stop() {
  if (!stop_.exchange(true, std::memory_order_acq_rel)) mailbox_.Interrupt();
}

void Reactor::RunOnce(Duration max_wait) {
  EDGEWISE_CHECK(phase_ == Phase::kOutside,
                 "R5: a round is not re-entrant: RunOnce was called from an upcall");
  Round(max_wait);
}

// Answers whether the mailbox holds work or an interruption at the end.
EDGEWISE_HOT bool Reactor::Round(Duration max_wait) {
  ++counters_.rounds;
  phase_ = Phase::kGathering;
  const std::size_t count = Wait(Plan(max_wait));
  clock_is_read_ = false;
  Merge(count);
  if (timers_due_) [[unlikely]]
    ExpireTimers();
  phase_ = Phase::kDispatching;
  DispatchInteractive();
  bool has_work = false;
  if (ready_.has_bulk() || retired_count_ != 0 || mailbox_.has_work()) [[unlikely]]
    has_work = FinishRound();
  phase_ = Phase::kOutside;
  return has_work;
}

// How long the next wait may be. Neither the clock nor the timeout of the wait is needed for that:
// a timer descriptor wakes it, which is armed anew only when the next timer comes earlier than what
// it is armed for. A request that moves its deadline to a later time costs nothing here.
EDGEWISE_HOT Duration Reactor::Plan(Duration max_wait) {
  if (timers_.version() != planned_version_) [[unlikely]]
    PlanTimers();
  const bool has_ready = ready_.has_interactive() || ready_.has_bulk();
  if (has_ready || retired_count_ != 0 || timers_due_) [[unlikely]]
    return Duration::zero();
  // Outside a round, too, a reactor counts as asleep: the next post writes to the eventfd, which
  // wakes this wait or the foreign loop that polls the descriptor.
  if (!mailbox_.PrepareToSleep()) [[unlikely]]
    return Duration::zero();
  return max_wait;
}

Duration Reactor::PollTimeout() { return Plan(kForever); }

EDGEWISE_HOT std::size_t Reactor::Wait(Duration timeout) {
  if (timeout > Duration::zero()) {
    ++counters_.waits;
    if (spin_.Worthwhile()) [[unlikely]] {
      const std::size_t count = SpinFor(timeout);
      if (count != 0) return count;
    }
  }
  const IoResult waited = kernel_.EpollWait(epoll_, event_room_, timeout);
  mailbox_.Awake();
  if (waited.ok()) [[likely]]
    return waited.bytes();
  EDGEWISE_CHECK(waited.error() == Error::kInterrupted,
                 "epoll_wait failed: was the reactor's descriptor closed by someone else?");
  ++counters_.interrupted_waits;
  return 0;
}

EDGEWISE_HOT void Reactor::Merge(std::size_t count) {
  counters_.events += count;
  for (const EpollEvent& event : event_room_.first(count)) {
    auto* handler = static_cast<EventHandler*>(event.tag);
    if (handler == nullptr) [[unlikely]] {
      ++counters_.wakeups;
      timers_due_ = true;  // or something was posted
      continue;
    }
    handler->ready_ |= ReadinessOf(event.mask);
    if ((handler->ready_ & handler->interest_) == 0) continue;
    if (handler->standing_ == EventHandler::kPolite) [[likely]] {
      ready_.LinkPolite(*handler);
    } else if (!handler->linked()) {
      ready_.Link(*handler);
    }
  }
}

// A handler that is linked again after its turn goes to the tail and carries this round's number:
// it ends the walk, so nobody runs twice and the walk is bounded by the number of handlers.
EDGEWISE_HOT void Reactor::DispatchInteractive() {
  while (ready_.has_interactive()) {
    if (ready_.FrontInteractive().last_round_ == round()) break;
    DispatchOne(ready_.PopInteractive());
  }
}

void Reactor::DispatchBulk() {
  for (std::size_t turn = 0; turn < options_.bulk_slice && ready_.has_bulk(); ++turn) {
    EventHandler& handler = ready_.FrontBulk();
    if (handler.last_round_ == round()) break;
    ++counters_.bulk_upcalls;
    ready_.Unlink(handler);
    handler.standing_ |= EventHandler::kRunning;
    spent_ = 0;
    const std::size_t interactive_budget = std::exchange(budget_, options_.bulk_bytes_max);
    DispatchOne(handler);
    budget_ = interactive_budget;
  }
}

// REQUIRES: taken out of the queue, and marked as running.
EDGEWISE_HOT void Reactor::DispatchOne(EventHandler& handler) {
  EDGEWISE_DCHECK(phase_ == Phase::kDispatching, "R1: an upcall outside step 5 of the round");
  EDGEWISE_DCHECK(handler.registered(), "R2: a handler that is not registered was dispatched");
  EDGEWISE_DCHECK(handler.last_round_ != round(), "R4: a handler was dispatched twice in a round");
  handler.last_round_ = round();
  ++counters_.upcalls;
  const bool is_timed = (round() & timing_mask_) == 0;
  const Readiness left = is_timed ? TimedUpcalls(handler) : Upcalls(handler);
  // The polite handler that drained its input, almost always: nothing left to want, no class to
  // change.
  if (left == kNothing && handler.standing_ == EventHandler::kRunning) [[likely]] {
    handler.standing_ = EventHandler::kPolite;
    return;
  }
  Reclassify(handler);
}

void Reactor::Reclassify(EventHandler& handler) {
  handler.standing_ &= static_cast<std::uint8_t>(~EventHandler::kRunning);
  const bool preempted = std::exchange(preempted_, false);
  if (!handler.registered()) return;
  if (preempted) {
    ++counters_.preemptions;
    handler.standing_ |= EventHandler::kUnfinished;
  } else if ((handler.standing_ & EventHandler::kUnfinished) != 0) {
    // The end of what took more than one turn: not little, however small the rest was.
    handler.standing_ &= static_cast<std::uint8_t>(~EventHandler::kUnfinished);
  } else if (handler.bulk() && spent_ <= options_.interactive_bytes_max) {
    handler.standing_ = EventHandler::kPolite;
  }
  Requeue(handler);
}

Readiness Reactor::TimedUpcalls(EventHandler& handler) {
  const Time begin = kernel_.MonotonicNow();
  const Readiness left = Upcalls(handler);
  counters_.longest_upcall = std::max(counters_.longest_upcall, kernel_.MonotonicNow() - begin);
  return left;
}

// The one point where exceptions of user code are caught. Answers what is ready and wanted still.
EDGEWISE_HOT Readiness Reactor::Upcalls(EventHandler& handler) {
  try {
    // Input first: what the peer sent before it broke the connection is still to be read.
    Readiness left = handler.ready_ & handler.interest_;
    if ((left & kReadable) != 0) [[likely]] {
      Apply(handler, kReadable, handler.HandleInput());
      left = handler.ready_ & handler.interest_;
    }
    if (left == kNothing) [[likely]]
      return kNothing;
    OtherUpcalls(handler);
  } catch (...) {
    ReportException("an upcall");
    Retire(handler, {.cause = CloseCause::kException});
  }
  return handler.ready_ & handler.interest_;
}

void Reactor::OtherUpcalls(EventHandler& handler) {
  if ((handler.ready_ & handler.interest_ & kWritable) != 0) {
    Apply(handler, kWritable, handler.HandleOutput());
  }
  // A handler that was retired wants nothing any more: its masks are empty.
  if ((handler.ready_ & kBroken) != 0) ErrorUpcall(handler);
}

void Reactor::ErrorUpcall(EventHandler& handler) {
  // Whoever was called has met the error, or will: it stays in the socket until it is fetched.
  const bool nobody_saw_it = (handler.interest_ & (kReadable | kWritable)) == 0;
  Apply(handler, kBroken, nobody_saw_it ? handler.HandleBroken() : Progress::kDrained);
}

EDGEWISE_HOT void Reactor::Apply(EventHandler& handler, Readiness direction, Progress progress) {
  if (progress == Progress::kDrained) [[likely]] {
    ++counters_.drains;
    // An urgent byte is of no more concern once the input has been read past it.
    const Readiness gone = direction == kReadable ? kReadable | kUrgent : direction;
    handler.ready_ &= static_cast<Readiness>(~gone);
    return;
  }
  if (progress == Progress::kPreempted) {
    preempted_ = true;
    handler.standing_ |= EventHandler::kBulk;
  } else if (progress == Progress::kDone) {
    handler.interest_ &= static_cast<Readiness>(~direction);
  } else if (handler.registered()) {
    Retire(handler, {.cause = CloseCause::kSystem});
  }
}

void Reactor::Requeue(EventHandler& handler) {
  // Within its own upcall a handler is linked only at the end, by DispatchOne.
  if (in_upcall(handler)) return;
  const bool wanted = (handler.ready_ & handler.interest_) != 0;
  if (wanted == handler.linked()) return;
  if (wanted) {
    ready_.Link(handler);
  } else {
    ready_.Unlink(handler);
  }
}

}  // namespace edgewise
