// Explore: runs a scenario under many seeds, and makes the first failure small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/kernel/simulated/choice.h"
#include "reactor/kernel/simulated/seeded_chooser.h"
#include "reactor/kernel/simulated/simulation.h"

namespace edgewise::sim {

// Must give the same run for the same choices: no real time, no addresses, no real threads.
using Scenario = std::function<void(Simulation&)>;

// A value.
struct ExploreOptions {
  // Seeds first_seed, first_seed + 1, …
  std::uint64_t first_seed = 1;
  // How many, unless one fails before.
  std::uint64_t seeds = 1000;
  // Ends earlier when this real time is over. Seconds; 0: no limit.
  double seconds_max = 0;
  // A single run that takes longer than this is an endless loop. Real seconds.
  double run_seconds_max = 60;
  // What each run meets, and the world that it has:
  Weather weather = {};
  WorldOptions world = {};
  // Runs spent on making a failure small; 0: it is left as it is.
  std::size_t shrink_runs = 600;
  // The same as real time; a failure that takes long to show stays larger. Seconds.
  double shrink_seconds_max = 30;
  // Every so many seeds, one is run twice: the same seed must give the same run.
  std::uint64_t twice_every = 16;
};

// What came of it. A value.
struct Verdict {
  // No seed failed.
  bool ok = true;
  // The failing one included.
  std::uint64_t seeds_run = 0;
  // Of the failure, if there was one.
  std::uint64_t failed_seed = 0;
  std::string what;             // in one line
  std::vector<Choice> choices;  // what is left of the seed's
  // How many choices the failure had before it was made small.
  std::size_t choices_at_first = 0;
  // For people: what, the seed, the choices, how to run it again, the last calls.
  std::string report;
  // Named situations, and in how many seeds each was reached; faults, and how often each befell:
  std::map<std::string, std::uint64_t> marks;
  std::map<std::string, std::uint64_t> taken;
};

// Each stretch of seeds runs in a process of its own, so that whatever a service does in a failing
// run (an abort, a bad access, an endless loop) is a failure of that seed and no more.
//
// If the environment has EDGEWISE_REPLAY (choices, as a report prints them) or EDGEWISE_SEED, only
// that run is made, in this process: for a debugger, or to print more. A violation aborts then.
//
//   const sim::Verdict verdict = sim::Explore(OneEcho, {.seeds = 2000});
//   INFO(verdict.report);
//   CHECK(verdict.ok);
Verdict Explore(const Scenario& scenario, const ExploreOptions& options = {});

// One run, in this process, with these choices. A violation goes to world.on_violation, or aborts.
void Replay(const Scenario& scenario, const std::vector<Choice>& choices,
            const WorldOptions& world = {});
// The same with choices as a report prints them: "reset:11=1". Aborts, and says so, if they are
// not.
void Replay(const Scenario& scenario, std::string_view choices, const WorldOptions& world = {});

}  // namespace edgewise::sim
