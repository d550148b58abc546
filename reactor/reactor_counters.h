// What a reactor counts.
#pragma once

#include <cstdint>
#include <string>

#include "reactor/kernel/time.h"

namespace edgewise {

// A value; a copy is a snapshot. Written by the reactor's thread only: read it there (or post a
// task that copies it out).
struct ReactorCounters {
  // Times through the seven steps.
  std::uint64_t rounds = 0;
  std::uint64_t waits = 0;              // rounds that were willing to block
  std::uint64_t interrupted_waits = 0;  // EINTR
  std::uint64_t spins = 0;              // times the reactor spun before blocking
  std::uint64_t spin_hits = 0;          // … and something came
  std::uint64_t events = 0;             // fetched from epoll
  std::uint64_t wakeups = 0;            // of them, those that say: a timer is due, or a task posted
  // Turns of handlers, of all and of bulk ones; those that ended preempted; and directions found
  // drained:
  std::uint64_t upcalls = 0;
  std::uint64_t bulk_upcalls = 0;
  std::uint64_t preemptions = 0;
  std::uint64_t drains = 0;
  std::uint64_t stale_events_dropped =
      0;  // readiness of a handler that was retired before its turn
  // Handlers that epoll took, and refused; those that were retired; exceptions that left user code;
  // and timers that were called:
  std::uint64_t registrations = 0;
  std::uint64_t registration_failures = 0;
  std::uint64_t retired = 0;
  std::uint64_t exceptions = 0;
  std::uint64_t timers_expired = 0;
  std::uint64_t alarms = 0;  // times the timer descriptor was armed: once for many timers
  // Posted tasks.
  std::uint64_t tasks_run = 0;
  Duration longest_upcall = Duration::zero();  // of those timed; see UpcallTiming

  // Sums, and the longer of the longest: for a server of several reactors.
  void Add(const ReactorCounters& other);
  // "name value" lines.
  std::string ToString() const;
};

}  // namespace edgewise
