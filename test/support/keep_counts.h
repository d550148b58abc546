// KeepCounts: for processes that end without exit().
#pragma once

// Of g++'s coverage counters: there in the programs that test/coverage builds, null in all others.
extern "C" void __gcov_dump() __attribute__((weak));

namespace edgewise {

// Writes down what this process has run so far, if that is counted. To be called by a forked child
// before it ends itself with _exit() or dies of a signal: only exit() keeps counts.
inline void KeepCounts() {
  if (__gcov_dump != nullptr) __gcov_dump();
}

}  // namespace edgewise
