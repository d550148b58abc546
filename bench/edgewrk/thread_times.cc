#include "bench/edgewrk/thread_times.h"

#include <sys/prctl.h>

#include <cstdio>
#include <ctime>
#include <memory>

namespace edgewise::wrk {

ThreadTimes ReadThreadTimes() {
  ThreadTimes times;
  timespec cpu{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu) == 0) {
    times.cpu = std::chrono::seconds(cpu.tv_sec) + Duration(cpu.tv_nsec);
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen("/proc/thread-self/schedstat", "re"), std::fclose);
  long long ran = 0;
  long long waited = 0;
  if (file != nullptr && std::fscanf(file.get(), "%lld %lld", &ran, &waited) == 2) {
    times.waited = Duration(waited);
  }
  return times;
}

void UseExactTimers() { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }

}  // namespace edgewise::wrk
