// The scenarios, each in a file of its own.
#pragma once

#include "reactor/kernel/simulated/simulation.h"

namespace edgewise::sim_test {

// echo_scenario.cc
void FrameEcho(sim::Simulation& simulation);
void LineEcho(sim::Simulation& simulation);
void ByteEcho(sim::Simulation& simulation);

}  // namespace edgewise::sim_test
