// Explore: failures of every kind in processes of their own, made small, told, and run again.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "reactor/kernel/simulated/child_process.h"
#include "reactor/kernel/simulated/seeded_chooser.h"
#include "test/simulated/found.h"

namespace edgewise::simulated_test {
namespace {

using sim::Choice;
using sim::ChoicePoint;

// A variable of the environment for the length of a scope.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* const name_;
};

// Wrong if the 7th and the 20th of thirty questions are answered so; all else is of no matter.
void NeedsTwo(sim::Simulation& simulation) {
  std::uint32_t seventh = 0;
  for (int i = 1; i <= 30; ++i) {
    const std::uint32_t answer = simulation.Pick(4);
    if (i == 7) seventh = answer;
    simulation.Check(i != 20 || seventh != 3 || answer != 2, "3 at first, then 2");
  }
}

// Wrong if a wait is interrupted in a run in which a thread lets another one go first.
void NeedsFaultAndChance(sim::Simulation& simulation) {
  sim::SimulatedKernel& kernel = simulation.kernel();
  const Handle epoll = kernel.OpenEpoll().handle();
  simulation.AddThread("program", [&] {
    bool was_interrupted = false;
    for (int i = 0; i < 40; ++i) {
      EpollEvent event;
      const IoResult waited = kernel.EpollWait(epoll, {&event, 1}, std::chrono::milliseconds(1));
      was_interrupted |= !waited.ok();
    }
    const bool let_go = kernel.world().chooser().taken(ChoicePoint::kPreempt) != 0;
    simulation.Check(!was_interrupted || !let_go, "not both");
  });
  simulation.AddClient("bystander", [&] {
    kernel.world().threads().WaitUntil(simulation.now() + std::chrono::milliseconds(100));
  });
  simulation.Run();
  static_cast<void>(kernel.Close(epoll));
}

}  // namespace

TEST_CASE("a crash, an abort, an exit or an endless loop is a failure of its seed and no more") {
  CHECK(Says(Found([](sim::Simulation&) { std::abort(); }), "the process ended by signal 6"));
  CHECK(Says(Found([](sim::Simulation&) { std::exit(3); }), "the process exited with 3"));
  const auto reports = [](sim::Simulation&) {
    std::fputs("=====\n==7==ERROR: a sanitizer's\n  #0\n", stderr);
    std::exit(1);
  };
  CHECK(Says(Found(reports), "the process exited with 1: ==7==ERROR: a sanitizer's"));
  CHECK(Says(Found([](sim::Simulation&) { std::exit(0); }), "the process called exit(0)"));
  CHECK(Says(Found([](sim::Simulation&) { throw std::bad_alloc(); }),
             "an exception left the scenario"));
  const std::string crash = Found([](sim::Simulation& simulation) {
    auto* volatile nowhere = reinterpret_cast<volatile int*>(simulation.Pick(1));
    *nowhere = 1;
  });
  // (An address sanitizer ends a process that would crash by itself.)
  CHECK(Says(crash, "the process "));
  CHECK(!crash.empty());
}

TEST_CASE("a run that does not come to its end is ended, and is a failure of its seed") {
  const sim::Scenario loops = [](sim::Simulation& simulation) {
    volatile bool forever = true;
    while (forever) static_cast<void>(simulation.Pick(1));
  };
  const sim::Verdict verdict =
      sim::Explore(loops, {.first_seed = 5, .seeds = 3, .run_seconds_max = 0.5, .shrink_runs = 0});
  CHECK_FALSE(verdict.ok);
  CHECK(verdict.failed_seed == 5);
  CHECK(Says(verdict.what, "the process did not end"));
}

TEST_CASE("what a failing process had to say is part of the report") {
  const sim::Verdict verdict = sim::Explore(
      [](sim::Simulation&) {
        std::fprintf(stderr, "CHECK failed: the sky is up\nand more of it\n");
        std::abort();
      },
      {.seeds = 1, .shrink_runs = 0});
  CHECK(Says(verdict.what, "CHECK failed: the sky is up"));
  CHECK(Says(verdict.report, "and more of it"));
}

TEST_CASE("the same seed that gives two different runs is a failure") {
  const auto scenario = [](bool is_deterministic) {
    return [is_deterministic](sim::Simulation& simulation) {
      static int runs = 0;
      const int calls = is_deterministic ? 3 : ++runs;
      for (int i = 0; i < calls; ++i) static_cast<void>(simulation.kernel().MonotonicNow());
    };
  };
  CHECK(sim::Explore(scenario(true), {.seeds = 20, .twice_every = 1}).ok);
  const sim::Verdict verdict = sim::Explore(scenario(false), {.seeds = 20, .twice_every = 1});
  CHECK_FALSE(verdict.ok);
  CHECK(Says(verdict.what, "the same seed gave two different runs"));
  // Nobody looks.
  CHECK(sim::Explore(scenario(false), {.seeds = 20, .twice_every = 0}).ok);
}

TEST_CASE("canary: a scenario that fails under one seed makes Explore answer that seed") {
  const sim::Scenario canary = [](sim::Simulation& simulation) {
    simulation.Check(simulation.Pick(40) != 17, "the canary sings");
  };
  // Which seed that is, found without Explore.
  std::uint64_t seed = 0;
  std::uint32_t picked = 0;
  while (picked != 17) {
    sim::SeededChooser chooser(++seed);
    sim::Simulation simulation(chooser);
    picked = simulation.Pick(40);
  }
  const sim::Verdict verdict = sim::Explore(canary, {.seeds = seed + 100});
  CHECK_FALSE(verdict.ok);
  CHECK(verdict.failed_seed == seed);
  CHECK(verdict.seeds_run == seed);
  CHECK(verdict.what == "does not hold: the canary sings");
  CHECK(Says(verdict.report, "seed " + std::to_string(seed)));
  CHECK(Says(verdict.report, "EDGEWISE_REPLAY='scenario:1=17'"));
  CHECK(Says(verdict.report, "  scenario:N=V  the Nth Pick of the scenario: V\n\n"));
  // Up to that seed all is well, and so it is behind it.
  CHECK(sim::Explore(canary, {.seeds = seed - 1}).ok);
  CHECK(sim::Explore(canary, {.first_seed = seed, .seeds = 1}).failed_seed == seed);
}

TEST_CASE("a failure that needs two choices is shrunk to exactly these two") {
  const sim::Verdict verdict = sim::Explore(NeedsTwo, {.seeds = 10'000});
  REQUIRE_FALSE(verdict.ok);
  CHECK(verdict.choices_at_first > 10);
  const std::vector<Choice> needed = {{ChoicePoint::kScenario, 7, 3},
                                      {ChoicePoint::kScenario, 20, 2}};
  CHECK(verdict.choices == needed);
  CHECK(Says(verdict.report, "EDGEWISE_REPLAY='scenario:7=3,scenario:20=2'"));
  CHECK(Says(verdict.report, "of which 2 are needed"));
}

TEST_CASE("a failure that needs a fault and a chance is shrunk to one of each") {
  const sim::Verdict verdict = sim::Explore(NeedsFaultAndChance, {.seeds = 10'000});
  REQUIRE_FALSE(verdict.ok);
  INFO(verdict.report);
  REQUIRE(verdict.choices.size() == 2);
  const bool in_order = verdict.choices[0].point == ChoicePoint::kInterrupted;
  CHECK(verdict.choices[in_order ? 0 : 1].point == ChoicePoint::kInterrupted);
  CHECK(verdict.choices[in_order ? 1 : 0].point == ChoicePoint::kPreempt);
  CHECK(verdict.taken.at("interrupted") + verdict.taken.at("preempt") > 0);
}

TEST_CASE("shrinking can be left out, and a failure that never comes again stays as it is") {
  const sim::Verdict whole = sim::Explore(NeedsTwo, {.seeds = 10'000, .shrink_runs = 0});
  CHECK(whole.choices.size() == whole.choices_at_first);
  CHECK(whole.choices.size() > 10);
}

TEST_CASE("EDGEWISE_REPLAY and EDGEWISE_SEED make one run in this very process") {
  bool ran_here = false;
  std::vector<std::uint32_t> answers;
  const sim::Scenario scenario = [&](sim::Simulation& simulation) {
    ran_here = true;
    for (int i = 0; i < 5; ++i) answers.push_back(simulation.Pick(10));
  };
  {
    const Environment replay("EDGEWISE_REPLAY", "scenario:2=7,scenario:5=1");
    const sim::Verdict verdict = sim::Explore(scenario, {.seeds = 1000});
    CHECK((verdict.ok && verdict.seeds_run == 1 && ran_here));
    CHECK(answers == std::vector<std::uint32_t>{0, 7, 0, 0, 1});
  }
  answers.clear();
  const Environment seed("EDGEWISE_SEED", "12");
  CHECK(sim::Explore(scenario, {.seeds = 1000}).seeds_run == 1);
  const std::vector<std::uint32_t> first = std::exchange(answers, {});
  sim::SeededChooser chooser(12);
  sim::Simulation simulation(chooser);
  scenario(simulation);
  CHECK(answers == first);
}

TEST_CASE("a replayed failure aborts, and prints what it was and how to have it again") {
  sim::ChildProcess child([] {
    const Environment replay("EDGEWISE_REPLAY", "scenario:7=3,scenario:20=2");
    static_cast<void>(sim::Explore(NeedsTwo));
  });
  CHECK(Says(child.Wait(30), "ended by signal 6"));
  CHECK(Says(child.errors(), "does not hold: 3 at first, then 2"));
  CHECK(Says(child.errors(), "replay: scenario:7=3,scenario:20=2"));
}

TEST_CASE("an EDGEWISE_REPLAY or EDGEWISE_SEED that is nothing of the kind is refused") {
  for (const char* name : {"EDGEWISE_REPLAY", "EDGEWISE_SEED"}) {
    sim::ChildProcess child([name] {
      const Environment garbage(name, "x:y");
      static_cast<void>(sim::Explore(NeedsTwo));
    });
    CHECK(Says(child.Wait(30), "ended by signal 6"));
    CHECK(Says(child.errors(), name));
  }
}

TEST_CASE("marks are counted in the seeds that reached them, and time ends a long run") {
  const sim::Scenario marks = [](sim::Simulation& simulation) {
    simulation.Sometimes(true, "always");
    simulation.Sometimes(simulation.Pick(2) != 0, "often");
    simulation.Sometimes(false, "never");
  };
  // A seed that is run twice counts once.
  const std::size_t twice_every = GENERATE(0, 3);
  const sim::Verdict verdict = sim::Explore(marks, {.seeds = 100, .twice_every = twice_every});
  CHECK(verdict.marks.at("always") == 100);
  CHECK(verdict.marks.at("often") > 50);
  CHECK(verdict.marks.at("often") < 100);
  CHECK_FALSE(verdict.marks.contains("never"));
  const sim::Verdict hurried = sim::Explore(marks, {.seeds = 1'000'000'000, .seconds_max = 0.05});
  CHECK(hurried.ok);
  CHECK(hurried.seeds_run > 0);
}

}  // namespace edgewise::simulated_test
