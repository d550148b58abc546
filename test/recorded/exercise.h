// Exercise: every call of a Kernel but ExitNow, with results that can be compared.
#pragma once

#include <string>
#include <vector>

#include "reactor/kernel/kernel.h"

namespace edgewise::recorded_test {

// Makes each call at least once, some so that they fail, and answers a line for each with all that
// came of it: what was received, which tags events carried. `folder` is an empty one to work in.
// Threading: one thread, and those of its RunThreads.
std::vector<std::string> Exercise(Kernel& kernel, const std::string& folder);

}  // namespace edgewise::recorded_test
