// Reactor, the steps that most rounds skip: spinning, timers, bulk handlers, posted tasks,
// reclaiming. Each is a bounded slice of what is waiting.
#include <algorithm>
#include <exception>
#include <string>

#include "reactor/check.h"
#include "reactor/reactor.h"

namespace edgewise {

// Polls until something comes or the spin budget is spent.
std::size_t Reactor::SpinFor(Duration timeout) {
  ++counters_.spins;
  const Time end = kernel_.MonotonicNow() + std::min(spin_.budget(), timeout);
  do {
    const IoResult polled = kernel_.EpollWait(epoll_, event_room_, Duration::zero());
    if (polled.ok() && polled.bytes() != 0) {
      ++counters_.spin_hits;
      spin_.Paid();
      mailbox_.Awake();
      return polled.bytes();
    }
  } while (kernel_.MonotonicNow() < end);
  spin_.DidNotPay();
  return 0;
}

// Arms the timer descriptor, if there is an earlier instant to wake at.
void Reactor::PlanTimers() {
  planned_version_ = timers_.version();
  const Time next = timers_.NextWake();
  if (next >= alarm_at_) return;
  if (next <= now_) {
    timers_due_ = true;
    return;
  }
  ++counters_.alarms;
  const Error error = kernel_.ArmTimer(alarm_, next);
  EDGEWISE_CHECK(error == Error::kNone,
                 "timerfd_settime failed: was the reactor's descriptor closed by someone else?");
  alarm_at_ = next;
}

void Reactor::ExpireTimers() {
  phase_ = Phase::kTimers;
  timers_due_ = false;
  const Time now = UpdateNow();
  if (now >= alarm_at_) alarm_at_ = kNever;  // it has run out
  // A callback that throws leaves the wheel consistent; the rest of the slice follows next round.
  try {
    static_cast<void>(timers_.Expire(now, options_.timers_max));
  } catch (...) {
    ReportException("a timer");
  }
  counters_.timers_expired = timers_.expired();
}

// What a round has to do only now and then.
bool Reactor::FinishRound() {
  DispatchBulk();
  RunTasks();
  ReclaimRetired();
  return mailbox_.has_work();
}

void Reactor::RunTasks() {
  if (!mailbox_.has_work()) return;
  phase_ = Phase::kTasks;
  for (std::size_t run = 0; run < options_.tasks_max; ++run) {
    Mailbox::Task task = mailbox_.Take();
    if (!task) return;
    ++counters_.tasks_run;
    try {
      task();
    } catch (...) {
      ReportException("a posted task");
    }
  }
}

void Reactor::ReclaimRetired() {
  phase_ = Phase::kReclaiming;
  while (retired_count_ != 0) {
    EventHandler& handler = ReadyQueue::TakeRetired(retired_);
    --retired_count_;
    try {
      handler.HandleClose(handler.reason_);
    } catch (...) {
      ReportException("HandleClose");
    }
    --registered_;
    handler.registration_ = EventHandler::Registration::kIdle;
    try {
      handler.Reclaim();
    } catch (...) {
      ReportException("Reclaim");
    }
  }
}

void Reactor::DrainRetired() {
  if (retired_count_ == 0) return;
  EDGEWISE_CHECK(phase_ == Phase::kOutside, "R5: DrainRetired was called from an upcall");
  ReclaimRetired();
  phase_ = Phase::kOutside;
}

void Reactor::RunPosted() {
  EDGEWISE_CHECK(phase_ == Phase::kOutside, "R5: RunPosted was called from an upcall");
  for (std::size_t run = 0; run < options_.mailbox_max && mailbox_.has_work();
       run += options_.tasks_max) {
    RunTasks();
  }
  phase_ = Phase::kOutside;
  DrainRetired();
}

void Reactor::ReportException(const char* where) {
  ++counters_.exceptions;
  // Without allocating: it may be the lack of memory that is reported.
  std::array<char, 512> line{};
  const auto print = [&line, where](const char* what) {
    std::snprintf(line.data(), line.size(), "edgewise: an exception left %s: %s", where, what);
  };
  try {
    throw;
  } catch (const std::exception& exception) {
    print(exception.what());
  } catch (...) {
    print("something that is not a std::exception");
  }
  kernel_.Log(line.data());
}

}  // namespace edgewise
