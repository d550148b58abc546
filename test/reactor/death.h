// Death: what a piece of code says when it aborts.
#pragma once

#include <functional>
#include <string>

namespace edgewise {

// Runs `body` in a child process, and answers what it wrote to standard error if it was aborted by
// a failed check; "survived" if it was not. No other threads may run in the test by then.
std::string DeathMessage(const std::function<void()>& body);

}  // namespace edgewise
