// A client that does nothing but wait: for scenarios in which the process under test is all there
// is, and which end when it says so.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>

#include "reactor/kernel/simulated/simulation.h"

namespace edgewise::sim_test {

// Faults end, and Simulation::Run goes on, some time after `done` has become true.
inline void AddWitness(sim::Simulation& simulation, std::function<bool()> done) {
  simulation.AddClient("witness", [&simulation, done = std::move(done)] {
    Duration pause = std::chrono::milliseconds(1);
    while (!done()) {
      simulation.world().threads().WaitUntil(simulation.now() + pause);
      pause = std::min<Duration>(2 * pause, std::chrono::seconds(10));
    }
  });
}

}  // namespace edgewise::sim_test
