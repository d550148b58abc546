// Seeds first, then a smaller failure.
#include "reactor/kernel/simulated/explore.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "reactor/kernel/simulated/replay_chooser.h"
#include "reactor/kernel/simulated/seed_runner.h"
#include "reactor/kernel/simulated/shrink.h"

namespace edgewise::sim {
namespace {

std::string ReportOf(const Verdict& verdict, const std::string& details) {
  return verdict.what + "\nseed " + std::to_string(verdict.failed_seed) + " (after " +
         std::to_string(verdict.seeds_run) + " seeds); " +
         std::to_string(verdict.choices_at_first) + " unusual choices, of which " +
         std::to_string(verdict.choices.size()) +
         " are needed.\nTo run it again, in one process:\n  EDGEWISE_REPLAY='" +
         PrintChoices(verdict.choices) + "' PROGRAM TEST\n" + ExplainChoices(verdict.choices) +
         "\n" + details;
}

// The run that the environment asks for, if it asks for one.
bool RunAsked(const Scenario& scenario, const ExploreOptions& options) {
  if (const char* text = std::getenv("EDGEWISE_REPLAY")) {
    Replay(scenario, std::string_view(text), options.world);
    return true;
  }
  if (const char* text = std::getenv("EDGEWISE_SEED")) {
    std::uint64_t seed = 0;
    if (!absl::SimpleAtoi(text, &seed)) {
      std::fprintf(stderr, "edgewise: EDGEWISE_SEED is not a number: %s\n", text);
      std::abort();
    }
    SeededChooser chooser(seed, options.weather);
    Simulation simulation(chooser, options.world);
    scenario(simulation);
    return true;
  }
  return false;
}

}  // namespace

void Replay(const Scenario& scenario, const std::vector<Choice>& choices,
            const WorldOptions& world) {
  ReplayChooser chooser(choices);
  Simulation simulation(chooser, world);
  scenario(simulation);
}

void Replay(const Scenario& scenario, std::string_view choices, const WorldOptions& world) {
  const std::optional<std::vector<Choice>> parsed = ParseChoices(choices);
  if (!parsed) {
    std::fprintf(stderr, "edgewise: a replay (EDGEWISE_REPLAY) takes choices like '%s', not '%s'\n",
                 "short-send:3=1,reset:1=1", std::string(choices).c_str());
    std::abort();
  }
  Replay(scenario, *parsed, world);
}

Verdict Explore(const Scenario& scenario, const ExploreOptions& options) {
  Verdict verdict;
  if (RunAsked(scenario, options)) {
    verdict.seeds_run = 1;
    return verdict;
  }
  SeedRunner runner(scenario, options);
  std::optional<Failure> failure =
      runner.RunSeeds(options.first_seed, options.seeds, options.seconds_max);
  verdict.seeds_run = runner.seeds_run();
  runner.AddTo(verdict.marks, verdict.taken);
  if (!failure) return verdict;
  verdict.ok = false;
  verdict.failed_seed = failure->seed;
  verdict.choices_at_first = failure->choices.size();
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(options.shrink_seconds_max);
  const auto run = [&](const std::vector<Choice>& choices) -> std::optional<Failure> {
    if (Clock::now() > end) return std::nullopt;
    return runner.RunChoices(choices);
  };
  failure = Shrink(std::move(*failure), options.shrink_runs, run);
  verdict.what = failure->what;
  verdict.choices = failure->choices;
  verdict.report = ReportOf(verdict, failure->details);
  return verdict;
}

}  // namespace edgewise::sim
