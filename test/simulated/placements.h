// Placements: a scenario under every placement of a few unusual choices.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reactor/kernel/simulated/explore.h"

namespace edgewise::simulated_test {

// What came of them. A value.
struct Placements {
  std::uint64_t runs = 0;
  // Of the first that failed, and how to run it again; "" if none did.
  std::string failure;
};

// Runs them in a process of its own, at most so many seconds (a sanitizer makes them many).
Placements RunPlacements(const sim::Scenario& scenario, const std::vector<sim::ChoicePoint>& points,
                         std::uint32_t unusual_max, const sim::WorldOptions& world = {},
                         double seconds_max = 600);

}  // namespace edgewise::simulated_test
