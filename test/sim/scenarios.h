// The scenarios, each in a file of its own.
#pragma once

#include "reactor/kernel/simulated/simulation.h"

namespace edgewise::sim_test {

// echo_scenario.cc
void FrameEcho(sim::Simulation& simulation);
void LineEcho(sim::Simulation& simulation);
void ByteEcho(sim::Simulation& simulation);
// http_scenario.cc
void Http(sim::Simulation& simulation);
// http_bodies_scenario.cc
void HttpBodies(sim::Simulation& simulation);
// http_drain_scenario.cc
void HttpDrained(sim::Simulation& simulation);
// client_scenario.cc
void Clients(sim::Simulation& simulation);
// timer_scenario.cc
void Timers(sim::Simulation& simulation);
// caps_scenario.cc
void Caps(sim::Simulation& simulation);
// deadlines_scenario.cc
void Deadlines(sim::Simulation& simulation);
// descriptors_scenario.cc
void Descriptors(sim::Simulation& simulation);
// drain_scenario.cc
void Drain(sim::Simulation& simulation);
// greedy_scenario.cc
void Greed(sim::Simulation& simulation);
// holds_scenario.cc
void Holds(sim::Simulation& simulation);
// memory_scenario.cc
void Memory(sim::Simulation& simulation);
// posting_scenario.cc
void Posting(sim::Simulation& simulation);
// unix_scenario.cc
void Unix(sim::Simulation& simulation);

}  // namespace edgewise::sim_test
