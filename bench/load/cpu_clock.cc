#include "bench/load/cpu_clock.h"

#include <ctime>

namespace edgewise::load {
namespace {

Duration Read(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) return Duration::zero();
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Time Now() { return Time(Read(CLOCK_MONOTONIC)); }

Duration CpuTime(pid_t pid) {
  clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;
  if (pid != 0 && clock_getcpuclockid(pid, &clock) != 0) return Duration::zero();
  return Read(clock);
}

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace edgewise::load
