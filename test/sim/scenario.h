// NamedScenario: what the simulation's tests run under seeds, by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reactor/kernel/simulated/explore.h"

namespace edgewise::sim_test {

// A value.
struct NamedScenario {
  std::string_view name;
  void (*run)(sim::Simulation&);
  // Situations that must each be reached in some seed of a long enough run.
  std::vector<std::string_view> sometimes;
  // A lost edge of a connection shows after this.
  Duration stall_max = std::chrono::minutes(5);
};

// All of them, in the order in which seeds are dealt out to them.
const std::vector<NamedScenario>& AllScenarios();

}  // namespace edgewise::sim_test
