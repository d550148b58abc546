// The timer wheel.
//
// Approach. A deadline is 64 bits of nanoseconds, read as eleven digits in base 64. `current_` is
// an instant that everything armed lies at or after. A timer's place follows from the two: the
// *level* is the highest digit in which its deadline differs from `current_`, the *slot* is the
// deadline's digit there. So
//   - what is due at `current_` itself differs nowhere and is in `due_`;
//   - all of level n is earlier than all of level n+1, and within a level slots are in order: two
//     bitmaps and two bit scans find the first slot;
//   - places stay right while `current_` advances, so long as it passes no timer and enters no slot
//     that is in use: an idle wheel does no work, and a leap of a century costs what a leap of a
//     nanosecond does.
// To expire, `current_` advances to the first slot's earliest deadline and that slot's timers are
// placed anew: those at that instant into `due_`, the others on a lower level. A timer therefore
// moves at most eleven times, and usually three or four; one that is alone in its slot goes
// straight to `due_`. A slot of level 0 is a single instant, so nothing is ever sorted, and lists
// kept in arming order are all that the order of ties needs.
//
// Emptying a slot by degrees. A slot may hold a million timers; placing them in one go would stall
// the reactor. They are moved to `cascade_` at once and from there a slice per Expire, back to
// front and each to the front of its new list: what is armed meanwhile is younger and stays behind
// them. Nothing runs before `cascade_` is empty.
//
// Laziness. A timer that is cancelled unlinks itself and cannot tell the wheel. So a set bit means
// "perhaps", and is cleared by whoever finds the slot empty; a slot's `earliest` is a lower bound;
// and `next_`, the place whose `earliest` is the next wake-up, is looked up anew when it turns out
// empty. It is forgotten when `current_` moves, since a slot may then stand for another time, and
// when Arm finds it empty, since it need not be the earliest once it is filled again.
//
// Late arrivals. What is armed for now_ or before waits in `late_` and joins the instant now_ when
// the next Expire begins. Hence one Expire calls a timer once at most, however it re-arms itself,
// and a crowd that re-arms itself in the past cannot keep others from their turn.
//
// Rejected: a binary or 4-ary heap (log n cache misses per operation, storage that grows, an index
// in each timer to cancel by); ticks of a millisecond (late by up to one, or a sort per tick whose
// cost nobody bounds); waking at the start of a slot instead of its earliest deadline (saves eight
// bytes per slot, costs a wake-up per level).
#include "reactor/timer_wheel.h"

#include <bit>

#include "reactor/check.h"

namespace edgewise {
namespace {

// Instants as unsigned numbers in the same order.
std::uint64_t Key(Time time) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  return static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ kSign;
}

}  // namespace

TimerWheel::TimerWheel(Time now) : now_(now), current_(Key(now)) {}

void TimerWheel::Arm(Timer& timer, Time deadline) {
  timer.Cancel();
  ++version_;
  if (next_->empty()) next_ = &unknown_;
  const bool late = deadline <= now_;
  timer.deadline_ = late ? now_ : deadline;
  Slot& slot = late ? late_ : Occupy(deadline);
  slot.Note(timer.deadline_);
  slot.timers.push_back(timer);
  if (timer.deadline_ < next_->earliest) next_ = &slot;
}

// The place of what is due at `deadline`, marked as in use.
TimerWheel::Slot& TimerWheel::Occupy(Time deadline) {
  const std::uint64_t key = Key(deadline);
  EDGEWISE_DCHECK(key >= current_, "a deadline that was passed over: is now_ before current_?");
  const std::uint64_t difference = key ^ current_;
  if (difference == 0) return due_;
  const auto level = static_cast<std::size_t>(std::bit_width(difference) - 1) / kBitsPerLevel;
  const std::size_t digit = (key >> (level * kBitsPerLevel)) % kSlotsPerLevel;
  occupied_[level] |= std::uint64_t{1} << digit;
  levels_ |= std::uint32_t{1} << level;
  return slots_[level * kSlotsPerLevel + digit];
}

// The first slot with timers in it; its level is then the lowest bit of `levels_`. Null if none.
TimerWheel::Slot* TimerWheel::FirstSlot() {
  for (; levels_ != 0; levels_ &= levels_ - 1) {
    const auto level = static_cast<std::size_t>(std::countr_zero(levels_));
    std::uint64_t& occupied = occupied_[level];
    for (; occupied != 0; occupied &= occupied - 1) {
      const auto digit = static_cast<std::size_t>(std::countr_zero(occupied));
      Slot& slot = slots_[level * kSlotsPerLevel + digit];
      if (!slot.empty()) return &slot;
    }
  }
  return nullptr;
}

Time TimerWheel::FindNextWake() {
  Slot* first = FirstSlot();
  for (Slot* slot : {&due_, &cascade_, &late_}) {
    if (slot->empty()) continue;
    if (first == nullptr || slot->earliest < first->earliest) first = slot;
  }
  next_ = first == nullptr ? &unknown_ : first;
  return first == nullptr ? kNever : first->earliest;
}

void TimerWheel::AdoptLate() {
  if (late_.empty()) return;
  Slot& slot = Occupy(now_);
  slot.Note(now_);
  slot.timers.splice(slot.timers.end(), late_.timers);
}

// Makes the front of `due_` the timer that is to run next. Returns whether there is one, which is
// not the case if none is due or `moves` is used up.
bool TimerWheel::FillDue(std::size_t& moves) {
  for (;;) {
    for (; !cascade_.empty(); --moves) {
      if (moves == 0) return false;
      Timer& timer = cascade_.timers.back();
      cascade_.timers.pop_back();
      Slot& slot = Occupy(timer.deadline_);
      slot.Note(timer.deadline_);
      slot.timers.push_front(timer);
    }
    if (!due_.empty()) return true;
    Slot* first = FirstSlot();
    if (first == nullptr || first->earliest > now_) return false;
    current_ = Key(first->earliest);
    next_ = &unknown_;
    const bool one_instant = (levels_ & 1) != 0;
    Slot& target = one_instant ? due_ : cascade_;
    target.Note(first->earliest);
    target.timers.splice(target.timers.end(), first->timers);
  }
}

std::size_t TimerWheel::ExpireDue(Time now, std::size_t max) {
  AdoptLate();
  if (now > now_) now_ = now;
  std::size_t moves = kMovesMax;
  std::size_t ran = 0;
  while (ran < max && FillDue(moves)) {
    Timer& timer = due_.timers.front();
    due_.timers.pop_front();
    EDGEWISE_DCHECK(timer.deadline_ <= now_, "a timer would run early");
    ++ran;
    ++expired_;
    timer.HandleTimeout(now_);
  }
  return ran;
}

}  // namespace edgewise
