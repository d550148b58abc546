// ThreadTimes: how much of its processor a thread had, and how long it waited for it.
#pragma once

#include <sys/types.h>

#include "reactor/kernel/time.h"

namespace edgewise::wrk {

struct ThreadTimes {
  Duration cpu{};
  // Ready to run while another one ran, or the hypervisor's other guests did (as far as the kernel
  // knows). Zero where the kernel does not tell.
  Duration waited{};
};

// Of the calling thread, so far. (clock_gettime, and /proc/thread-self/schedstat.)
ThreadTimes ReadThreadTimes();

// The calling thread's waits end when they are to, not up to 50 us later. (PR_SET_TIMERSLACK.)
void UseExactTimers();

}  // namespace edgewise::wrk
