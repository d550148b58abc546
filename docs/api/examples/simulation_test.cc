// The examples in the comments of the headers: simulation.
#include "reactor/kernel/simulated/simulation.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "handlers/lines.h"
#include "handlers/server.h"
#include "reactor/kernel/simulated/explore.h"
#include "reactor/kernel/simulated/odometer_chooser.h"
#include "reactor/kernel/simulated/seeded_chooser.h"
#include "reactor/kernel/simulated/simulated_peer.h"
#include "reactor/kernel/simulated/world.h"

namespace edgewise {
namespace {

class Echo : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view frame) override { peer.Send(frame); }
};

using sim::SimulatedPeer;

void OneEcho(sim::Simulation& simulation) {
  Server server({.signals = SignalPolicy::kNone, .kernel = &simulation.kernel()});
  server.Serve<Lines, Echo>();
  simulation.Check(server.Start().ok(), "the server starts");
  simulation.AddThread("server", [&] { server.Run(); });
  simulation.AddClient("alice", [&] {
    SimulatedPeer alice(simulation.clients(), server.addresses().front());
    alice.Send("hello\n");
    const std::string answer = alice.ReceiveLine();  // empty, or a part, if it broke
    simulation.Check(alice.over() || answer == "hello", "an echo is what was sent");
  });
  simulation.Run([&] { server.Stop(); });
}

}  // namespace

TEST_CASE("one echo, under seeds") {
  const sim::Verdict verdict = sim::Explore(OneEcho, {.seeds = 2000});
  INFO(verdict.report);
  CHECK(verdict.ok);
}

namespace sim {

TEST_CASE("a world of two processes") {
  const std::uint64_t seed = 1;
  SeededChooser chooser(seed);
  World world(chooser);
  SimulatedKernel server(world, {.name = "server", .faults = Faults::kAll});
  SimulatedKernel clients(world, {.name = "clients"});
  const Time now = server.MonotonicNow();
  CHECK(clients.MonotonicNow() > now);  // each look takes a moment
}

TEST_CASE("every placement of up to three faults") {
  OdometerChooser odometer({ChoicePoint::kAcceptError, ChoicePoint::kReset}, 3);
  do {
    World world(odometer);
    odometer.Choose(ChoicePoint::kReset, 2);
  } while (odometer.Advance());
  CHECK(odometer.runs() == 2);
}

}  // namespace sim
}  // namespace edgewise
