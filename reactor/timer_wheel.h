// TimerWheel: which timers are due, in order, for any number of them.
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>

#include "reactor/kernel/time.h"
#include "reactor/timer.h"

namespace edgewise {

// A hierarchical wheel with a resolution of one nanosecond and a range of centuries; the approach
// is told in timer_wheel.cc. Arm and Cancel take constant time, NextWake a handful of instructions,
// Expire a few list moves per timer, however far the time leaps. Nothing allocates.
//
// Threading: one thread. Ownership: of nothing; timers belong to their owners (timer.h). It must
// outlive a call of Expire that is under way. Size: 17 KiB.
//
//   TimerWheel wheel(kernel.MonotonicNow());
//   wheel.Arm(idle, now + std::chrono::seconds(60));
//   ...  // wait, until wheel.NextWake() at the latest
//   wheel.Expire(kernel.MonotonicNow(), 64);
class TimerWheel {
 public:
  // Most timers that one Expire relinks, which bounds its time like `max` bounds its upcalls.
  static constexpr std::size_t kMovesMax = 1024;

  // `now`: where the time stands. Deadlines may lie before it.
  explicit TimerWheel(Time now);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  // Disarms what is armed.
  ~TimerWheel() = default;

  // Arms `timer`, or moves it if it is armed already. A deadline that has passed, by the `now` of
  // the last Expire, counts as that `now`: such a timer runs in the next Expire, never in the
  // current one, and after those that were due before it was armed.
  // REQUIRES: `timer` is not armed in another wheel that is in use by another thread.
  void Arm(Timer& timer, Time deadline);

  // A time at or before the earliest deadline; kNever exactly if nothing is armed (or nothing but
  // for kNever). It is the earliest deadline itself unless a timer nearby was cancelled or moved,
  // which costs at most one wake-up too many for each time that a timer was armed. While something
  // is due it is not after the last `now`.
  [[nodiscard]] Time NextWake();
  // A number that changes whenever NextWake may have come to be earlier than it was, or Expire was
  // called: as long as it is the same, nobody need ask again.
  [[nodiscard]] std::uint32_t version() const { return version_; }

  // Runs the timers whose deadline is at or before `now`, in the order of their deadlines, equal
  // ones in the order in which they were armed: each at most once and at most `max` in all. Returns
  // how many ran. It stops early when it has relinked kMovesMax timers, so nothing more is due when
  // NextWake() > now, not when fewer than `max` ran. Should `now` be before an earlier one, nothing
  // becomes due by it, and HandleTimeout is told the earlier one.
  // An exception from HandleTimeout passes through; the other timers stay armed.
  std::size_t Expire(Time now, std::size_t max);
  // How many have run so far; one that throws has run.
  [[nodiscard]] std::uint64_t expired() const { return expired_; }

 private:
  static constexpr int kBitsPerLevel = 6;
  static constexpr std::size_t kSlotsPerLevel = std::size_t{1} << kBitsPerLevel;
  static constexpr std::size_t kLevels = (64 + kBitsPerLevel - 1) / kBitsPerLevel;

  using TimerList =
      boost::intrusive::list<Timer,
                             boost::intrusive::member_hook<Timer, Timer::Hook, &Timer::hook_>,
                             boost::intrusive::constant_time_size<false>>;

  struct Slot {
    bool empty() const { return timers.empty(); }
    // To be told of each deadline before its timer is linked.
    void Note(Time deadline) {
      if (timers.empty() || deadline < earliest) earliest = deadline;
    }

    TimerList timers;
    Time earliest = Time::min();  // not after any deadline in `timers`
  };

  Slot& Occupy(Time deadline);
  Slot* FirstSlot();
  Time FindNextWake();
  void AdoptLate();
  bool FillDue(std::size_t& moves);
  std::size_t ExpireDue(Time now, std::size_t max);

  Time now_;  // the latest that Expire was told
  std::uint64_t
      current_;  // the instant, as a key, that the places are relative to; never after now_
  std::uint32_t version_ = 0;
  std::uint64_t expired_ = 0;
  Slot* next_ = &unknown_;                         // holds the earliest deadline, if not empty
  std::uint32_t levels_ = 0;                       // bit n: `occupied_[n]` may not be zero
  std::array<std::uint64_t, kLevels> occupied_{};  // bit n: the slot may not be empty
  Slot due_;                                       // due at the instant `current_`
  Slot cascade_;                                   // taken from a slot, to be placed anew
  Slot late_;                                      // armed since the last Expire, for now_
  Slot unknown_;                                   // always empty: `next_` is to be found
  std::array<Slot, kLevels * kSlotsPerLevel> slots_;
};

inline Time TimerWheel::NextWake() { return next_->empty() ? FindNextWake() : next_->earliest; }

inline std::size_t TimerWheel::Expire(Time now, std::size_t max) {
  ++version_;
  if (now >= NextWake()) return ExpireDue(now, max);
  if (now > now_) now_ = now;  // nobody is late for the old one, or NextWake() would be before it
  return 0;
}

}  // namespace edgewise
