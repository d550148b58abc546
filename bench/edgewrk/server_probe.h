// ServerProbe: what a server's process costs, seen from outside.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "reactor/kernel/time.h"

namespace edgewise::wrk {

// A moment of it.
struct ServerSample {
  Time at{};
  Duration cpu{};  // of all its threads, so far: the kernel's task clock, exact to the moment
  std::uint64_t context_switches = 0;
  std::uint64_t memory_bytes = 0;  // resident
};

// None if there is no such process (or no right to look).
std::optional<ServerSample> SampleServer(pid_t pid);

// What became of it between two moments. A value.
struct ServerCost {
  Duration time{};
  Duration cpu{};
  std::uint64_t context_switches = 0;
  std::uint64_t memory_before = 0;
  std::uint64_t memory_after = 0;
};

}  // namespace edgewise::wrk
