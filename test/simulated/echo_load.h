// EchoLoad: many requests on a usual day, and what they cost.
#pragma once

#include <cstdint>

#include "reactor/kernel/simulated/simulation.h"

namespace edgewise::simulated_test {

// A value.
struct EchoCost {
  std::uint64_t requests = 0;
  std::uint64_t calls = 0;  // of both processes
  Duration elapsed{};       // in virtual time
};

// A server of one thread that echoes 64-byte frames, and one client with so many connections, each
// of which has `depth` frames under way. A value.
struct EchoLoad {
  std::uint64_t depth = 1;
  std::uint64_t connections = 8;
  std::uint64_t requests = 1000;

  EchoCost Run(sim::Chooser& chooser) const;
};

}  // namespace edgewise::simulated_test
