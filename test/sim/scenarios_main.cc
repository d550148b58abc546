// edgewise-scenarios: runs the scenarios under seeds; for test/run, test/soak and test/mutants/run.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "reactor/kernel/simulated/explore.h"
#include "reactor/kernel/text.h"
#include "test/sim/scenario.h"

namespace edgewise::sim_test {
namespace {

constexpr std::string_view kUsage =
    R"(usage: edgewise-scenarios [--seeds N] [--first SEED] [--seconds S] [--scenario NAME]
                          [--json FILE] [--marks] [--until-failure] [--list]

Runs the scenarios under seeds SEED, SEED + 1, ...: each seed goes to one of the scenarios in turn.
Ends with status 1 at the first seed that fails, and prints what fails, made as small as it gets,
and how to run it again.

  --seeds N        how many seeds (1000)
  --first SEED     the first of them (1)
  --seconds S      ends after this time even if seeds are left (0: no limit)
  --scenario NAME  all seeds go to this one
  --json FILE      writes what came of it: seeds_run, failed_seed, scenario, what
  --marks          every situation that a scenario names must be reached, or the status is 1
  --until-failure  only to see how many seeds it takes: leaves a failure as it is, and gives the
                   next scenario its turn sooner
  --stall S        virtual seconds after which unread input is a lost edge (each scenario's own)
  --list           prints the names

The environment: EDGEWISE_REPLAY='choices' or EDGEWISE_SEED=N with --scenario NAME runs just that,
in this process.
)";

// Of some thirty connections, each may have to be looked at in vain some times.
constexpr std::uint64_t kSpinCallsMax = 2000;

struct Flags {
  std::uint64_t seeds = 1000;
  std::uint64_t first = 1;
  double seconds = 0;
  std::string scenario;
  std::string json;
  bool marks = false;
  bool until_failure = false;
  double stall_seconds = 0;  // 0: the scenario's own
};

[[noreturn]] void Refuse(const std::string& why) {
  std::fprintf(stderr, "edgewise-scenarios: %s\n%s", why.c_str(), std::string(kUsage).c_str());
  std::exit(2);
}

template <typename Number>
Number ParseNumber(std::string_view flag, std::string_view text) {
  Number number{};
  bool fine = false;
  if constexpr (std::is_floating_point_v<Number>) {
    fine = absl::SimpleAtod(AbslView(text), &number);
  } else {
    fine = absl::SimpleAtoi(AbslView(text), &number);
  }
  if (!fine) Refuse(std::string(flag) + " needs a number, not '" + std::string(text) + "'");
  return number;
}

Flags ParseFlags(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--marks") {
      flags.marks = true;
      continue;
    }
    if (flag == "--until-failure") {
      flags.until_failure = true;
      continue;
    }
    if (flag == "--list") {
      for (const NamedScenario& scenario : AllScenarios()) {
        std::printf("%s\n", std::string(scenario.name).c_str());
      }
      std::exit(0);
    }
    if (i + 1 == argc) Refuse("unknown argument, or one without its value: " + std::string(flag));
    const std::string_view value = argv[++i];
    if (flag == "--seeds") {
      flags.seeds = ParseNumber<std::uint64_t>(flag, value);
    } else if (flag == "--first") {
      flags.first = ParseNumber<std::uint64_t>(flag, value);
    } else if (flag == "--seconds") {
      flags.seconds = ParseNumber<double>(flag, value);
    } else if (flag == "--stall") {
      flags.stall_seconds = ParseNumber<double>(flag, value);
    } else if (flag == "--scenario") {
      flags.scenario = value;
    } else if (flag == "--json") {
      flags.json = value;
    } else {
      Refuse("unknown argument: " + std::string(flag));
    }
  }
  // What the environment asks for is one run, however often it is asked.
  if (std::getenv("EDGEWISE_SEED") != nullptr || std::getenv("EDGEWISE_REPLAY") != nullptr) {
    flags.seeds = 1;
  }
  return flags;
}

// Chosen by the seed, so that a seed means the same run whatever other seeds there are.
struct Dealt {
  std::vector<NamedScenario> scenarios;
  sim::Verdict Run(const Flags& flags, std::size_t which, std::uint64_t first, std::uint64_t count,
                   double seconds) const {
    sim::ExploreOptions options;
    options.first_seed = first;
    options.seeds = count;
    options.seconds_max = seconds;
    if (flags.until_failure) options.shrink_runs = 0;
    options.world.stall_max = scenarios[which].stall_max;
    options.world.spin_calls_max = kSpinCallsMax;
    if (flags.stall_seconds > 0) {
      options.world.stall_max =
          std::chrono::duration_cast<Duration>(std::chrono::duration<double>(flags.stall_seconds));
    }
    return sim::Explore(scenarios[which].run, options);
  }
};

int Main(int argc, char** argv) {
  const Flags flags = ParseFlags(argc, argv);
  Dealt dealt;
  for (const NamedScenario& scenario : AllScenarios()) {
    if (flags.scenario.empty() || flags.scenario == scenario.name) {
      dealt.scenarios.push_back(scenario);
    }
  }
  if (dealt.scenarios.empty()) Refuse("there is no scenario '" + flags.scenario + "'");
  // A stretch of seeds for each scenario, then the next: each has its own processes.
  const std::uint64_t stretch_seeds = flags.until_failure ? 4 : 50;
  const auto begin = std::chrono::steady_clock::now();
  const auto past = [begin] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  std::vector<std::map<std::string, std::uint64_t>> marks(dealt.scenarios.size());
  std::vector<std::uint64_t> runs(dealt.scenarios.size());
  std::map<std::string, std::uint64_t> taken;
  nlohmann::json result = {
      {"seeds_run", 0}, {"failed_seed", nullptr}, {"scenario", ""}, {"what", ""}};
  std::uint64_t done = 0;
  int status = 0;
  for (std::size_t stretch = 0; done < flags.seeds && status == 0; ++stretch) {
    if (flags.seconds > 0 && past() > flags.seconds) break;
    const std::size_t which = stretch % dealt.scenarios.size();
    const std::uint64_t count = std::min(stretch_seeds, flags.seeds - done);
    const sim::Verdict verdict = dealt.Run(flags, which, flags.first + done, count,
                                           flags.seconds > 0 ? flags.seconds - past() : 0);
    done += verdict.seeds_run;
    runs[which] += verdict.seeds_run;
    for (const auto& [name, times] : verdict.marks) marks[which][name] += times;
    for (const auto& [name, times] : verdict.taken) taken[name] += times;
    if (verdict.ok) continue;
    status = 1;
    const std::string name(dealt.scenarios[which].name);
    result["failed_seed"] = verdict.failed_seed;
    result["scenario"] = name;
    result["what"] = verdict.what;
    std::printf("FAILED: scenario %s: %s\n", name.c_str(), verdict.report.c_str());
  }
  result["seeds_run"] = done;
  for (std::size_t i = 0; i < dealt.scenarios.size(); ++i) {
    const std::string name(dealt.scenarios[i].name);
    std::printf("%s: %llu seeds\n", name.c_str(), static_cast<unsigned long long>(runs[i]));
    for (const auto& [mark, times] : marks[i]) {
      std::printf("  %8llu  %s\n", static_cast<unsigned long long>(times), mark.c_str());
    }
    for (const std::string_view wanted : dealt.scenarios[i].sometimes) {
      if (!flags.marks || status != 0 || marks[i].contains(std::string(wanted))) continue;
      std::printf("FAILED: scenario %s never came to: %s\n", name.c_str(),
                  std::string(wanted).c_str());
      status = 1;
    }
  }
  std::printf("choices:");
  for (const auto& [name, times] : taken) {
    std::printf(" %s %llu", name.c_str(), static_cast<unsigned long long>(times));
  }
  std::printf("\n%llu seeds in %.1f s\n", static_cast<unsigned long long>(done), past());
  if (!flags.json.empty()) std::ofstream(flags.json) << result.dump() << '\n';
  return status;
}

}  // namespace
}  // namespace edgewise::sim_test

int main(int argc, char** argv) { return edgewise::sim_test::Main(argc, argv); }
