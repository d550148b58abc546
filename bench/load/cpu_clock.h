// Clocks: monotonic time, and the CPU time of this process and of others.
#pragma once

#include <sys/types.h>

#include "reactor/kernel/time.h"

namespace edgewise::load {

Time Now();

// CPU time of a process with all its threads, exact to the moment (the kernel's task clock; the
// figures under /proc lag by up to a tick). 0 is this process. Zero duration if there is none.
Duration CpuTime(pid_t pid);

double Seconds(Duration duration);

}  // namespace edgewise::load
