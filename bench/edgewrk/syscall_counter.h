// SyscallCounter: how many system calls a process makes, counted by the kernel.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace edgewise::wrk {

// Counts through perf_event_open(2) with the tracepoint raw_syscalls:sys_enter, in every thread of
// the process. That costs the process a few nanoseconds for each call.
//
// Ownership: of its descriptors. Needs root, or what /proc/sys/kernel/perf_event_paranoid demands.
class SyscallCounter {
 public:
  explicit SyscallCounter(pid_t pid);
  ~SyscallCounter();
  SyscallCounter(const SyscallCounter&) = delete;
  SyscallCounter& operator=(const SyscallCounter&) = delete;

  // Since it was made; none where they cannot be counted.
  std::optional<std::uint64_t> count() const;

 private:
  // What cannot count all threads counts none.
  void Forget();

  std::vector<int> counters_;  // one for each thread
};

}  // namespace edgewise::wrk
