// The k-th allocation of the service under test fails, for every k of a whole visit, from its first
// round to its last: at worst that connection closes, and the next client is served.
#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

#include "reactor/kernel/simulated/child_process.h"
#include "reactor/kernel/simulated/seeded_chooser.h"
#include "reactor/kernel/simulated/shared_memory.h"
#include "test/handlers/allocations.h"
#include "test/simulated/visits.h"

// Of the leak sanitizer, where that is part of the program.
extern "C" int __lsan_do_recoverable_leak_check() __attribute__((weak));

namespace edgewise::simulated_test {
namespace {

using handlers_test::Allocations;

constinit sim::World* world = nullptr;

// In a thread of the process under test, outside the simulated kernel.
bool IsOfTheService() {
  return world != nullptr && !sim::SimulatedKernel::in_call() && world->threads().process() == 0;
}

struct Notes {
  std::uint64_t k;
  std::uint64_t seed;
  std::uint64_t failures;
  std::array<char, 16'384> what;
};

using VisitFunction = void (*)(sim::Simulation&);
constexpr std::uint64_t kMost = 5000;
constexpr std::uint64_t kSeeds = 40;

// One run, the k-th allocation of which fails. What is chosen by the seed is the
// usual weather, no fault. Answers whether there was a k-th.
bool RunOnce(VisitFunction visit, const sim::WorldOptions& options, const Notes& notes) {
  Allocations::FailOnly(notes.k);
  sim::SeededChooser chooser(notes.seed, {.fault_share = 0, .chance_rates = {0.1, 0.3, 0.3, 0.8}});
  sim::Simulation simulation(chooser, options);
  world = &simulation.world();
  {
    const Allocations::Watch watch;
    visit(simulation);
  }
  world = nullptr;
  return Allocations::Failures() != 0;
}

// Every k of every seed; what is in use after a run must not depend on what failed in it.
void RunSeeds(VisitFunction visit, const sim::WorldOptions& options, Notes& notes) {
  std::int64_t live = 0;
  for (notes.seed = 1; notes.seed <= kSeeds; ++notes.seed) {
    for (notes.k = 1; notes.k < kMost && RunOnce(visit, options, notes); ++notes.k) {
      ++notes.failures;
      const std::int64_t now = Allocations::Live();
      // (The first run brings what is kept for good.)
      if (live != 0 && now != live) {
        std::snprintf(notes.what.data(), notes.what.size(), "%lld blocks leak",
                      static_cast<long long>(now - live));
        sim::ChildProcess::Exit(2);
      }
      live = now;
    }
  }
}

void RunAll(VisitFunction visit, const sim::WorldOptions& options, Notes& notes) {
  Allocations::SeeOnlyIf(IsOfTheService);
  memory_failed = [] { return Allocations::Failures() != 0; };
  RunSeeds(visit, options, notes);
  if (__lsan_do_recoverable_leak_check != nullptr && __lsan_do_recoverable_leak_check() != 0) {
    sim::ChildProcess::Exit(3);
  }
}

void CheckAll(const char* name, VisitFunction visit, std::uint64_t failures_min,
              sim::WorldOptions options = {}) {
  const sim::SharedMemory memory(sizeof(Notes));
  auto& notes = *static_cast<Notes*>(memory.get());
  options.on_violation = [&notes](const std::string& what) {
    std::memcpy(notes.what.data(), what.data(), std::min(what.size(), notes.what.size() - 1));
    sim::ChildProcess::Exit(1);
  };
  sim::ChildProcess child([&] { RunAll(visit, options, notes); });
  const std::string ended = child.Wait(120);
  std::printf("%s: %llu allocations failed, one at a time\n", name,
              static_cast<unsigned long long>(notes.failures));
  INFO(name << ", seed " << notes.seed << ", allocation " << notes.k << '\n'
            << notes.what.data() << '\n'
            << child.errors());
  CHECK(ended.empty());
  CHECK(notes.failures > failures_min);
}

}  // namespace

TEST_CASE("the k-th allocation fails, for every k: frames and their echoes") {
  CheckAll("frames", FrameVisit, 80);
}

TEST_CASE("the k-th allocation fails, for every k: echoes that wait for room") {
  CheckAll("narrow", NarrowVisit, 80, {.send_buffer = 4096, .receive_buffer = 4096});
}

TEST_CASE("the k-th allocation fails, for every k: an HTTP request") {
  CheckAll("http", HttpVisit, 80);
}

TEST_CASE("the k-th allocation fails, for every k: answers from posted tasks") {
  CheckAll("posts", PostVisit, 80);
}

}  // namespace edgewise::simulated_test
