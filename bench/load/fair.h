// The fairness run: greedy connections, and a polite client beside them.
#pragma once

#include "bench/load/load_options.h"

namespace edgewise::load {

// Prints the result as one line of JSON. The answer is the exit code of the program.
int RunFair(const LoadOptions& options);

}  // namespace edgewise::load
