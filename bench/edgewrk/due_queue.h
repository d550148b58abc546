// DueQueue: which lanes have a request due, and when.
#pragma once

#include <queue>
#include <vector>

#include "reactor/kernel/time.h"

namespace edgewise::wrk {

class Lane;

// Beside the reactor's timers, because a request that is due is to leave now: whoever polls this
// needs no system call and no interrupt to see it.
//
// Threading: one thread. Ownership: none; lanes outlive it. A lane stands in it once at most.
class DueQueue {
 public:
  void Push(Time time, Lane& lane) { entries_.push({time, &lane}); }
  // kNever if nothing is due any more.
  Time next() const { return entries_.empty() ? kNever : entries_.top().time; }
  // The lane of the earliest entry, which is taken out. REQUIRES: there is one.
  Lane& Pop() {
    Lane* const lane = entries_.top().lane;
    entries_.pop();
    return *lane;
  }

 private:
  struct Entry {
    Time time;
    Lane* lane;
    bool operator<(const Entry& other) const { return time > other.time; }  // the earliest on top
  };

  std::priority_queue<Entry> entries_;
};

}  // namespace edgewise::wrk
