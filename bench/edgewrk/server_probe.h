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
  double requests = 1;  // that were answered meanwhile
  Duration cpu{};
  std::optional<std::uint64_t> context_switches;  // none: a thread ended meanwhile
  std::optional<std::uint64_t> syscalls;          // none: they could not be counted
  std::uint64_t memory_idle = 0;                  // before there were connections
  std::uint64_t memory_before = 0;
  std::uint64_t memory_after = 0;
  std::size_t connections = 0;  // of the load, that came in between
  bool has_company = false;     // it served others, too: the figures are of both

  double cpu_share() const;        // of one processor
  double cpu_per_request() const;  // seconds
  // What the connections added to its memory until the load began, each. A server that has had as
  // many before need not grow.
  double bytes_per_connection() const;
};

}  // namespace edgewise::wrk
