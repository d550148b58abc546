// Timeline: virtual time, and what is to happen in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "reactor/kernel/simulated/chooser.h"
#include "reactor/kernel/simulated/event_target.h"
#include "reactor/kernel/time.h"

namespace edgewise::sim {

// Events happen in the order of their times; of those of one instant, in the order in which they
// were planned, unless the chooser says otherwise.
//
// Threading: that of its world. Ownership: of a count of each target whose event is still to come.
class Timeline {
 public:
  // The first instant of every world. (Zero is never a real one.)
  static constexpr Time kBegin = Time(std::chrono::seconds(1000));

  // At kBegin. `chooser` must outlive it.
  explicit Timeline(Chooser& chooser) : chooser_(chooser) {}

  // Virtual time. Never goes back.
  Time now() const { return now_; }
  // Time goes by; what becomes due waits for RunDue.
  void Spend(Duration duration) { now_ += duration; }
  // Goes on to `time`, unless that has passed; what becomes due waits for RunDue.
  void AdvanceTo(Time time) { now_ = time > now_ ? time : now_; }
  // Plans `target`'s HandleEvent(what, argument) for `when`. One in the past is due at once.
  void At(Time when, EventTarget& target, std::uint32_t what, std::uint64_t argument = 0);
  // When the next event is due; kNever if there is none.
  Time next() const { return heap_.empty() ? kNever : heap_.front().when; }
  // Lets everything happen that is due.
  void RunDue() {
    if (next() <= now_) [[unlikely]]
      RunDueEvents();
  }
  // Forgets what is still to come: at the end of a world.
  void Clear() { heap_.clear(); }

 private:
  struct Event {
    Time when;
    std::uint64_t order;  // among those of one instant
    Ref<EventTarget> target;
    std::uint32_t what;
    std::uint64_t argument;
  };
  static bool Later(const Event& a, const Event& b) {
    return a.when != b.when ? a.when > b.when : a.order > b.order;
  }
  void RunDueEvents();

  Chooser& chooser_;
  Time now_ = kBegin;
  std::uint64_t planned_ = 0;
  std::vector<Event> heap_;
};

}  // namespace edgewise::sim
