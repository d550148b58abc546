// A child runs seeds one after the other and keeps in shared memory where it is.
#include "reactor/kernel/simulated/seed_runner.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <utility>

#include "reactor/kernel/simulated/child_process.h"
#include "reactor/kernel/simulated/choice_log.h"
#include "reactor/kernel/simulated/replay_chooser.h"

namespace edgewise::sim {
namespace {

constexpr int kViolated = 98;
constexpr std::size_t kMarksMax = 256;
constexpr std::size_t kMarkBytes = 96;
constexpr std::size_t kDetailBytes = 1 << 15;

// A sanitizer's report begins with a line of nothing but equals signs.
std::string FirstLineWithWords(const std::string& text) {
  const std::size_t begin = std::min(text.find_first_not_of("=\n"), text.size());
  const std::size_t line = begin == 0 ? 0 : text.rfind('\n', begin - 1) + 1;
  return text.substr(line, text.find('\n', begin) - line);
}

}  // namespace

struct SeedRunner::Shared {
  std::uint64_t seed;
  std::uint64_t seeds_run;
  // Grows with every choice of the present run, so that it is there even if the run ends badly.
  ChoiceLog choices;
  std::array<char, kDetailBytes> details;
  std::size_t mark_count;
  struct Mark {
    std::array<char, kMarkBytes> name;
    std::uint64_t seeds;
    std::uint64_t last_run;  // the number of the last seed that hit it; some are run twice
  };
  std::array<Mark, kMarksMax> marks;
  std::array<std::uint64_t, kChoicePointCount> taken;
};

SeedRunner::SeedRunner(const Scenario& scenario, const ExploreOptions& options)
    : scenario_(scenario), options_(options), memory_(sizeof(Shared)) {}

std::uint64_t SeedRunner::seeds_run() const { return shared().seeds_run; }

void SeedRunner::Note(const World& world) {
  Shared& notes = shared();
  for (const std::string& name : world.marks()) {
    const std::string cut = name.substr(0, kMarkBytes - 1);
    auto* const end = notes.marks.data() + notes.mark_count;
    auto* const found = std::find_if(notes.marks.data(), end, [&cut](const Shared::Mark& mark) {
      return cut == mark.name.data();
    });
    if (found == end) {
      if (notes.mark_count == kMarksMax) continue;
      ++notes.mark_count;
      std::memcpy(found->name.data(), cut.c_str(), cut.size() + 1);
    }
    if (found->last_run == notes.seeds_run) continue;
    found->last_run = notes.seeds_run;
    ++found->seeds;
  }
}

// Answers what tells two runs apart.
std::uint64_t SeedRunner::RunOnce(Chooser& chooser) {
  WorldOptions world = options_.world;
  world.on_violation = [this](const std::string& what) {
    const std::size_t size = std::min(what.size(), kDetailBytes - 1);
    std::memcpy(shared().details.data(), what.data(), size);
    shared().details[size] = '\0';
    ChildProcess::Exit(kViolated);
  };
  shared().choices.Clear();
  chooser.LogTo(shared().choices);
  std::uint64_t hash = 0;
  {
    Simulation simulation(chooser, std::move(world));
    scenario_(simulation);
    // The end of its time, too: not every call is traced.
    hash = simulation.world().trace().hash() ^
           static_cast<std::uint64_t>(simulation.now().time_since_epoch().count());
    Note(simulation.world());
  }
  for (std::size_t i = 0; i < kChoicePointCount; ++i) {
    shared().taken[i] += chooser.taken(static_cast<ChoicePoint>(i));
  }
  return hash;
}

void SeedRunner::RunTwice(std::uint64_t seed) {
  std::array<std::uint64_t, 2> hashes;
  for (std::uint64_t& hash : hashes) {
    SeededChooser chooser(seed, options_.weather);
    hash = RunOnce(chooser);
  }
  if (hashes[0] == hashes[1]) return;
  const std::string what =
      "the same seed gave two different runs: the scenario depends on something that no seed "
      "decides (real time, addresses, what a run before left behind)";
  std::memcpy(shared().details.data(), what.c_str(), what.size() + 1);
  ChildProcess::Exit(kViolated);
}

std::optional<Failure> SeedRunner::RunSeeds(std::uint64_t first, std::uint64_t count,
                                            double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  shared().seeds_run = 0;
  shared().details[0] = '\0';
  ChildProcess child([&] {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::chrono::duration<double> past = Clock::now() - begin;
      if (seconds > 0 && past.count() > seconds) return;
      shared().seed = first + i;
      ++shared().seeds_run;
      if (options_.twice_every != 0 && i % options_.twice_every == 0) {
        RunTwice(first + i);
      } else {
        SeededChooser chooser(first + i, options_.weather);
        RunOnce(chooser);
      }
    }
  });
  // As long as it gets on with its seeds, it may run.
  std::uint64_t seen = 0;
  auto since = Clock::now();
  while (!child.EndsWithin(1.0)) {
    if (shared().seeds_run != seen) {
      seen = shared().seeds_run;
      since = Clock::now();
    } else if (std::chrono::duration<double>(Clock::now() - since).count() >
               options_.run_seconds_max) {
      break;
    }
  }
  return After(child.Wait(0), child.errors());
}

std::optional<Failure> SeedRunner::RunChoices(const std::vector<Choice>& choices) {
  shared().details[0] = '\0';
  ChildProcess child([&] {
    ReplayChooser chooser(choices);
    RunOnce(chooser);
  });
  return After(child.Wait(options_.run_seconds_max), child.errors());
}

std::optional<Failure> SeedRunner::After(const std::string& ended,
                                         const std::string& errors) const {
  if (ended.empty()) return std::nullopt;
  Failure failure;
  failure.seed = shared().seed;
  failure.choices = shared().choices.ToVector();
  failure.details = shared().details.data();
  if (failure.details.empty()) failure.details = "the process " + ended + "\n" + errors;
  failure.what = failure.details.substr(0, failure.details.find('\n'));
  // What a failing check or a sanitizer said says more than how the process ended.
  if (failure.what.starts_with("the process ") && !errors.empty()) {
    failure.what += ": " + FirstLineWithWords(errors);
  }
  return failure;
}

void SeedRunner::AddTo(std::map<std::string, std::uint64_t>& marks,
                       std::map<std::string, std::uint64_t>& taken) const {
  for (std::size_t i = 0; i < shared().mark_count; ++i) {
    marks[shared().marks[i].name.data()] += shared().marks[i].seeds;
  }
  for (std::size_t i = 0; i < kChoicePointCount; ++i) {
    const auto point = static_cast<ChoicePoint>(i);
    taken[std::string(ChoicePointName(point))] += shared().taken[i];
  }
}

}  // namespace edgewise::sim
