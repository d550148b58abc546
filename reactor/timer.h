// Timer: something to be called at a point in time. A TimerWheel says when.
#pragma once

#include <boost/intrusive/list.hpp>

#include "reactor/kernel/time.h"

namespace edgewise {

// Derive from it, or hold a member of a derived class; arm it with TimerWheel::Arm. 32 bytes, and
// arming never allocates.
//
// Threading: belongs to the thread of the wheel that it is armed in.
// Ownership: the caller's. The wheel only links it: destroying an armed timer cancels it, and
// destroying the wheel disarms its timers. Neither copies nor moves.
//
//   class IdleTimer : public Timer {
//     void HandleTimeout(Time now) override { ... }
//     ...
//   };
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() = default;

  // The upcall, once for each time that the timer was armed and neither cancelled nor re-armed
  // since. `now` is never before `deadline()`. The timer is disarmed already: it may be armed
  // again, and this or any other timer may be armed, cancelled or destroyed from here. What it
  // throws leaves TimerWheel::Expire.
  virtual void HandleTimeout(Time now) = 0;

  // It will be called, unless it is cancelled.
  bool armed() const { return hook_.is_linked(); }

  // When it is due. Meaningless if it has never been armed.
  Time deadline() const { return deadline_; }

  // O(1), from anywhere. Nothing happens if it is not armed. It will not be called, not even when
  // it is due already.
  void Cancel() { hook_.unlink(); }

 private:
  friend class TimerWheel;
  using Hook = boost::intrusive::list_member_hook<
      boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  Hook hook_;
  Time deadline_{};
};

}  // namespace edgewise
