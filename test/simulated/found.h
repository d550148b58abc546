// Found: what the oracles say of a scenario.
#pragma once

#include <string>
#include <string_view>

#include "reactor/kernel/simulated/explore.h"

namespace edgewise::simulated_test {

// What one run on a usual day was stopped for, in one line; "" if it was not. The run is made in a
// process of its own, so whatever happens in it happens there.
inline std::string Found(const sim::Scenario& scenario, const sim::WorldOptions& world = {}) {
  const sim::Verdict verdict = sim::Explore(
      scenario, {.seeds = 1, .weather = sim::Weather::Usual(), .world = world, .shrink_runs = 0});
  return verdict.what;
}

inline bool Says(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace edgewise::simulated_test
