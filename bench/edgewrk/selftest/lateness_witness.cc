#include "bench/edgewrk/selftest/lateness_witness.h"

#include <pthread.h>
#include <sched.h>

namespace edgewise::wrk {

LatenessWitness::LatenessWitness() {
  cpu_set_t all;
  CPU_ZERO(&all);
  sched_getaffinity(0, sizeof all, &all);
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &all)) continue;
    threads_.emplace_back([this, cpu] {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(cpu, &one);
      pthread_setaffinity_np(pthread_self(), sizeof one, &one);
      Watch();
    });
  }
}

LatenessWitness::~LatenessWitness() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
}

void LatenessWitness::Watch() {
  while (!stop_.load(std::memory_order_relaxed)) {
    const auto due = std::chrono::steady_clock::now() + kPeriod;
    std::this_thread::sleep_until(due);
    const std::int64_t late = Duration(std::chrono::steady_clock::now() - due).count();
    std::int64_t worst = worst_.load(std::memory_order_relaxed);
    while (late > worst && !worst_.compare_exchange_weak(worst, late, std::memory_order_relaxed)) {
    }
  }
}

}  // namespace edgewise::wrk
