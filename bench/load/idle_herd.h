// The idle herd: many connections that do nothing.
#pragma once

#include "bench/load/load_options.h"

namespace edgewise::load {

// Opens the connections one after the other and makes one request on each, which proves that the
// server has accepted it; prints {"idle": N}; waits for the end of standard input or for SIGTERM;
// prints how many the server had closed by then. The answer is the exit code of the program.
int HoldIdleHerd(const LoadOptions& options);

}  // namespace edgewise::load
