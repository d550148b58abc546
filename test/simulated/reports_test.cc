// SIGUSR1 to a server whose mailboxes are so small that an answer may find no room.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>

#include "handlers/edgewise.h"
#include "reactor/kernel/simulated/explore.h"
#include "test/handlers/echo.h"
#include "test/simulated/found.h"

namespace edgewise::simulated_test {
namespace {

constexpr int kAsksMax = 100;

bool HasLogged(const sim::SimulatedKernel& kernel, std::string_view part) {
  return std::any_of(kernel.log().begin(), kernel.log().end(),
                     [part](const std::string& line) { return Says(line, part); });
}

void AskForReports(sim::Simulation& simulation) {
  sim::SimulatedKernel& kernel = simulation.kernel();
  Server server({.threads = 2, .reactor = {.mailbox_max = 1}, .kernel = &kernel});
  server.Serve<LengthPrefixed, handlers_test::Echo>();
  simulation.Check(server.Start().ok(), "the server starts");
  simulation.AddThread("server",
                       [&] { simulation.Check(server.Run() == 0, "it runs to its end"); });
  simulation.AddClient("operator", [&] {
    const auto wait = [&] {
      simulation.world().threads().WaitUntil(simulation.now() + std::chrono::milliseconds(50));
    };
    wait();
    for (int asks = 0; asks < kAsksMax && !HasLogged(kernel, "end of counters"); ++asks) {
      kernel.Raise(SIGUSR1);
      wait();
    }
    const bool lost = HasLogged(kernel, "report lost");
    simulation.Sometimes(lost, "a report is lost");
    simulation.Sometimes(!lost, "no report is lost");
    simulation.Check(HasLogged(kernel, "counters of 2 reactors, 0 connections open"),
                     "who asks again has a report at last");
  });
  simulation.Run([&] { server.Stop(); });
}

}  // namespace

// What was lost once was taken for being on its way, for ever: no signal was answered any more.
TEST_CASE("a report that was lost for want of room does not stand in the way of the next") {
  const sim::Verdict verdict =
      sim::Explore(AskForReports, {.seeds = 300, .weather = {.fault_share = 0}});
  INFO(verdict.report);
  CHECK(verdict.ok);
  CHECK(verdict.marks.contains("a report is lost"));
  CHECK(verdict.marks.contains("no report is lost"));
}

}  // namespace edgewise::simulated_test
