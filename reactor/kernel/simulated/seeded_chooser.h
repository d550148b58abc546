// SeededChooser: chance from a seed; the same seed gives the same run.
#pragma once

#include <array>
#include <cstdint>

#include "reactor/kernel/simulated/chooser.h"

namespace edgewise::sim {

// How much of the unusual a seed brings. A value.
struct Weather {
  // The share of seeds in which a point is unusual at all: a run with every fault at once finds
  // less than runs that have a few each (Groce and others, "Swarm testing", ISSTA 2012):
  double fault_share = 0.3;
  double chance_share = 0.6;
  // In such a seed the rate of unusual answers is one of these at random:
  std::array<double, 4> fault_rates = {0.001, 0.01, 0.05, 0.25};
  std::array<double, 4> chance_rates = {0.02, 0.1, 0.3, 0.8};

  // Random, and what a scenario leaves to chance, vary in every seed, whatever the shares.
  bool always_varies = true;

  // Nothing unusual happens at all: what ordinary tests see.
  static Weather Usual() { return {.fault_share = 0, .chance_share = 0, .always_varies = false}; }
};

// Threading: that of its world.
class SeededChooser final : public Chooser {
 public:
  // The seed also decides which points are unusual, and how often.
  explicit SeededChooser(std::uint64_t seed, const Weather& weather = {});

 private:
  std::uint32_t Pick(ChoicePoint point, std::uint64_t ordinal, std::uint32_t count) override;
  std::uint64_t Next();

  std::uint64_t state_;
  // An answer is unusual if a random number is below this.
  std::array<std::uint64_t, kChoicePointCount> thresholds_{};
};

}  // namespace edgewise::sim
