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
  --marks          every situation that a scenario names must be reached, or the status is 1;
                   what these seeds do not reach is sought in up to 5000 of its scenario
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

// All that is run, and what came of it.
class Session {
 public:
  Session(const Flags& flags, const Dealt& dealt)
      : flags_(flags),
        dealt_(dealt),
        marks_(dealt.scenarios.size()),
        runs_(dealt.scenarios.size()) {}

  // A stretch of seeds for each scenario, then the next: each has its own processes.
  void RunSeeds() {
    const std::uint64_t stretch_seeds = flags_.until_failure ? 4 : kStretchSeeds;
    for (std::size_t stretch = 0; done_ < flags_.seeds && ok_; ++stretch) {
      if (flags_.seconds > 0 && Past() > flags_.seconds) break;
      RunStretch(stretch % dealt_.scenarios.size(), std::min(stretch_seeds, flags_.seeds - done_));
    }
  }

  // Some marks are rare. What so many seeds do not reach is taken for out of reach.
  void SeekMarks() {
    for (std::size_t i = 0; i < dealt_.scenarios.size(); ++i) {
      while (ok_ && !Missing(i).empty() && runs_[i] < kMarkSeedsMax) RunStretch(i, kStretchSeeds);
      if (!ok_) return;
      for (const std::string& mark : Missing(i)) {
        ++missing_;
        std::printf("FAILED: scenario %s never came to: %s\n",
                    std::string(dealt_.scenarios[i].name).c_str(), mark.c_str());
      }
    }
  }

  void Print() const {
    for (std::size_t i = 0; i < dealt_.scenarios.size(); ++i) {
      std::printf("%s: %llu seeds\n", std::string(dealt_.scenarios[i].name).c_str(),
                  static_cast<unsigned long long>(runs_[i]));
      for (const auto& [mark, times] : marks_[i]) {
        std::printf("  %8llu  %s\n", static_cast<unsigned long long>(times), mark.c_str());
      }
    }
    std::printf("choices:");
    for (const auto& [name, times] : taken_) {
      std::printf(" %s %llu", name.c_str(), static_cast<unsigned long long>(times));
    }
    std::printf("\n%llu seeds in %.1f s\n", static_cast<unsigned long long>(done_), Past());
    if (flags_.json.empty()) return;
    nlohmann::json result = result_;
    result["seeds_run"] = done_;
    std::ofstream(flags_.json) << result.dump() << '\n';
  }

  int status() const { return ok_ && missing_ == 0 ? 0 : 1; }

 private:
  static constexpr std::uint64_t kStretchSeeds = 50;
  static constexpr std::uint64_t kMarkSeedsMax = 5000;

  double Past() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  std::vector<std::string> Missing(std::size_t which) const {
    std::vector<std::string> missing;
    for (const std::string_view wanted : dealt_.scenarios[which].sometimes) {
      if (!marks_[which].contains(std::string(wanted))) missing.emplace_back(wanted);
    }
    return missing;
  }

  void RunStretch(std::size_t which, std::uint64_t count) {
    const sim::Verdict verdict = dealt_.Run(flags_, which, flags_.first + done_, count,
                                            flags_.seconds > 0 ? flags_.seconds - Past() : 0);
    done_ += verdict.seeds_run;
    runs_[which] += verdict.seeds_run;
    for (const auto& [name, times] : verdict.marks) marks_[which][name] += times;
    for (const auto& [name, times] : verdict.taken) taken_[name] += times;
    if (verdict.ok) return;
    ok_ = false;
    const std::string name(dealt_.scenarios[which].name);
    result_["failed_seed"] = verdict.failed_seed;
    result_["scenario"] = name;
    result_["what"] = verdict.what;
    std::printf("FAILED: scenario %s: %s\n", name.c_str(), verdict.report.c_str());
  }

  const Flags& flags_;
  const Dealt& dealt_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::vector<std::map<std::string, std::uint64_t>> marks_;
  std::vector<std::uint64_t> runs_;
  std::map<std::string, std::uint64_t> taken_;
  nlohmann::json result_ = {
      {"seeds_run", 0}, {"failed_seed", nullptr}, {"scenario", ""}, {"what", ""}};
  std::uint64_t done_ = 0;
  std::size_t missing_ = 0;
  bool ok_ = true;
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
  Session session(flags, dealt);
  session.RunSeeds();
  if (flags.marks) session.SeekMarks();
  session.Print();
  return session.status();
}

}  // namespace
}  // namespace edgewise::sim_test

int main(int argc, char** argv) { return edgewise::sim_test::Main(argc, argv); }
