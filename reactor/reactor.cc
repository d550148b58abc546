// The round, step by step; the header explains why the steps stand in this order.
#include "reactor/reactor.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "reactor/check.h"

namespace edgewise {
namespace {

// Where a timer is closer than this, a stale clock would make it late by more than it should be.
constexpr Duration kCloseTimer = std::chrono::milliseconds(4);
// A longer wait begins with one of this length, after which the clock is read: the round before may
// have taken any time, and a timer must not be late by that.
constexpr Duration kStaleWait = std::chrono::milliseconds(50);

// The rounds whose upcalls are timed are those whose number has none of these bits.
std::uint32_t TimingMask(UpcallTiming timing) {
  switch (timing) {
    case UpcallTiming::kEvery:
      return 0;
    case UpcallTiming::kSampled:
      return 63;
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
      events_(std::max<std::size_t>(options.events_max, 1)),
      event_room_(events_),
      now_(kernel.MonotonicNow()),
      timers_(now_),
      mailbox_(kernel, wakeup_, options.mailbox_max),
      spin_(options.spin_budget) {
  if (status_ != Error::kNone) return;
  // Edge-triggered, so that it need never be read. A null tag: nobody to call, waking is all.
  status_ = kernel_.EpollAdd(epoll_, wakeup_, kEpollIn | kEpollEdge, nullptr);
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
  if (wakeup_ != kNoHandle) kernel_.Close(wakeup_);
  if (epoll_ != kNoHandle) kernel_.Close(epoll_);
}

void Reactor::Run() {
  EDGEWISE_CHECK(phase_ == Phase::kOutside,
                 "R5: a round is not re-entrant: Run was called from an upcall");
  // A stop counts as work for the mailbox, so one look each round serves for both.
  while (!mailbox_.has_work() || !stop_.load(std::memory_order_acquire)) Round(kForever);
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

EDGEWISE_HOT void Reactor::Round(Duration max_wait) {
  ++round_;
  ++counters_.rounds;
  phase_ = Phase::kWaiting;
  // No user code runs before the timers do, so the next of them is asked for once.
  const Time next_timer = timers_.NextWake();
  const std::size_t count = Wait(TimeToWait(max_wait, next_timer), next_timer);
  phase_ = Phase::kMerging;
  Merge(count);
  now_ = kernel_.MonotonicNow();
  if (now_ >= next_timer) [[unlikely]]
    ExpireTimers();
  phase_ = Phase::kDispatching;
  DispatchInteractive();
  if (!ready_.bulk_empty()) [[unlikely]]
    DispatchBulk();
  if (mailbox_.has_work()) [[unlikely]]
    RunTasks();
  if (retired_count_ != 0) [[unlikely]]
    ReclaimRetired();
  phase_ = Phase::kOutside;
}

Duration Reactor::PollTimeout() {
  UpdateNow();  // a foreign loop may have been elsewhere for long
  return TimeToWait(kForever, timers_.NextWake());
}

EDGEWISE_HOT Duration Reactor::TimeToWait(Duration max_wait, Time next_timer) {
  if (!ready_.empty() || retired_count_ != 0) return Duration::zero();
  // Outside a round, too, a reactor counts as asleep: the next post writes to the eventfd, which
  // wakes this wait or the foreign loop that polls the descriptor.
  if (!mailbox_.PrepareToSleep()) return Duration::zero();
  if (next_timer == kNever) return max_wait;
  Duration wait = next_timer - now_;
  // now() is as old as this round. For a far timer that is close enough.
  if (wait < kCloseTimer) [[unlikely]]
    wait = std::max(next_timer - UpdateNow(), Duration::zero());
  return std::min(wait, max_wait);
}

EDGEWISE_HOT std::size_t Reactor::Wait(Duration timeout, Time next_timer) {
  if (timeout > Duration::zero()) {
    ++counters_.waits;
    if (spin_.Worthwhile()) [[unlikely]] {
      const std::size_t count = SpinFor(timeout);
      if (count != 0) return count;
    }
  }
  const bool is_long = timeout > kStaleWait && next_timer != kNever;
  IoResult waited = kernel_.EpollWait(epoll_, event_room_, is_long ? kStaleWait : timeout);
  if (is_long && waited.ok() && waited.bytes() == 0) [[unlikely]] {
    const Duration rest = std::max(next_timer - UpdateNow(), Duration::zero());
    waited = kernel_.EpollWait(epoll_, event_room_, std::min(rest, timeout - kStaleWait));
  }
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
    if (handler == nullptr) [[unlikely]]
      continue;  // the mailbox's eventfd
    handler->ready_ |= ReadinessOf(event.mask);
    if ((handler->ready_ & handler->interest_) != 0 && !handler->linked()) ready_.Link(*handler);
  }
}

// A handler that is linked again after its turn goes to the tail and carries this round's number:
// it ends the walk, so nobody runs twice and the walk is bounded by the number of handlers.
EDGEWISE_HOT void Reactor::DispatchInteractive() {
  while (!ready_.interactive_empty()) {
    EventHandler& handler = ready_.FrontInteractive();
    if (handler.last_round_ == round_) break;
    DispatchOne(handler);
  }
}

void Reactor::DispatchBulk() {
  for (std::size_t turn = 0; turn < options_.bulk_slice && !ready_.bulk_empty(); ++turn) {
    EventHandler& handler = ready_.FrontBulk();
    if (handler.last_round_ == round_) break;
    ++counters_.bulk_upcalls;
    DispatchOne(handler);
  }
}

EDGEWISE_HOT void Reactor::DispatchOne(EventHandler& handler) {
  EDGEWISE_DCHECK(phase_ == Phase::kDispatching, "R1: an upcall outside step 5 of the round");
  EDGEWISE_DCHECK(handler.registered(), "R2: a handler that is not registered was dispatched");
  EDGEWISE_DCHECK(handler.last_round_ != round_, "R4: a handler was dispatched twice in a round");
  ready_.Unlink(handler);
  handler.last_round_ = round_;
  current_ = &handler;
  preempted_ = false;
  spent_ = 0;
  ++counters_.upcalls;
  if ((round_ & timing_mask_) == 0) [[unlikely]] {
    TimedUpcalls(handler);
  } else {
    Upcalls(handler);
  }
  current_ = nullptr;
  // The polite handler that drained its input, almost always: nothing left to want, no class to
  // change.
  if ((handler.ready_ & handler.interest_) == 0 && !preempted_ && !handler.bulk_) [[likely]]
    return;
  if (handler.registered()) Reclassify(handler);
}

void Reactor::Reclassify(EventHandler& handler) {
  if (preempted_) {
    handler.bulk_ = true;
    ++counters_.preemptions;
  } else if (handler.bulk_ && spent_ <= options_.little_bytes) {
    handler.bulk_ = false;
  }
  Requeue(handler);
}

void Reactor::TimedUpcalls(EventHandler& handler) {
  const Time begin = kernel_.MonotonicNow();
  Upcalls(handler);
  counters_.longest_upcall = std::max(counters_.longest_upcall, kernel_.MonotonicNow() - begin);
}

// The one point where exceptions of user code are caught.
EDGEWISE_HOT void Reactor::Upcalls(EventHandler& handler) {
  try {
    // Input first: what the peer sent before it broke the connection is still to be read.
    if ((handler.ready_ & handler.interest_ & kReadable) != 0) [[likely]] {
      Apply(handler, kReadable, handler.HandleInput());
    }
    // A handler that was retired wants nothing any more: its masks are empty.
    if ((handler.ready_ & handler.interest_ & kWritable) != 0) [[unlikely]] {
      Apply(handler, kWritable, handler.HandleOutput());
    }
    if ((handler.ready_ & kBroken) != 0) [[unlikely]]
      ErrorUpcall(handler);
  } catch (...) {
    ReportException("an upcall");
    Retire(handler, {.cause = CloseCause::kException});
  }
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
  } else if (progress == Progress::kDone) {
    handler.interest_ &= static_cast<Readiness>(~direction);
  } else if (handler.registered()) {
    Retire(handler, {.cause = CloseCause::kSystem});
  }
}

void Reactor::Requeue(EventHandler& handler) {
  // Within its own upcall a handler is linked only at the end, by DispatchOne.
  if (&handler == current_) return;
  const bool wanted = (handler.ready_ & handler.interest_) != 0;
  if (wanted == handler.linked()) return;
  if (wanted) {
    ready_.Link(handler);
  } else {
    ready_.Unlink(handler);
  }
}

}  // namespace edgewise
