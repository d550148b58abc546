// LatenessWitness: how late the machine wakes who sleeps, as somebody sees it who does nothing
// else.
//
// A virtual machine stands still for some milliseconds now and then, and what it does to one answer
// is nobody's fault. This tells how much that may have been, without asking who is to be judged.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "reactor/kernel/time.h"

namespace edgewise::wrk {

// A thread on each processor that the process may use, which asks to be woken again and again.
//
// Threading: any thread may ask. It watches from its construction to its destruction.
class LatenessWitness {
 public:
  LatenessWitness();
  LatenessWitness(const LatenessWitness&) = delete;
  LatenessWitness& operator=(const LatenessWitness&) = delete;
  ~LatenessWitness();

  // The longest so far by which one of them was woken too late. What stood still for longer than
  // kPeriod was seen, but for kPeriod of it.
  Duration worst() const { return Duration(worst_.load(std::memory_order_relaxed)); }

  static constexpr Duration kPeriod = std::chrono::microseconds(500);

 private:
  void Watch();

  std::atomic<bool> stop_{false};
  std::atomic<std::int64_t> worst_{0};
  std::vector<std::thread> threads_;
};

}  // namespace edgewise::wrk
