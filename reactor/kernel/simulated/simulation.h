// Simulation: one run of a scenario: a service under test, its clients, and what must hold.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "reactor/kernel/simulated/chooser.h"
#include "reactor/kernel/simulated/simulated_kernel.h"
#include "reactor/kernel/simulated/simulated_peer.h"
#include "reactor/kernel/simulated/world.h"

namespace edgewise::sim {

// A scenario is a function that is given one of these. It makes its service on `kernel()`, which is
// the process under test, says which threads and clients there are, and calls Run. While it runs,
// the process under test meets faults, and the oracles watch it; clients are a process of their own
// that meets none (but what the network does to both).
//
// Threading: one real thread. Ownership: of its world.
//
//   void OneEcho(sim::Simulation& simulation) {
//     Server server({.signals = SignalPolicy::kNone, .kernel = &simulation.kernel()});
//     server.Serve<Lines, Echo>();
//     simulation.Check(server.Start().ok(), "the server starts");
//     simulation.AddThread("server", [&] { server.Run(); });
//     simulation.AddClient("alice", [&] {
//       SimulatedPeer alice(simulation.clients(), server.addresses().front());
//       alice.Send("hello\n");
//       const std::string answer = alice.ReceiveLine();  // empty, or a part, if it broke
//       simulation.Check(alice.over() || answer == "hello", "an echo is what was sent");
//     });
//     simulation.Run([&] { server.Stop(); });
//   }
class Simulation {
 public:
  // `chooser` must outlive it.
  explicit Simulation(Chooser& chooser, WorldOptions options = {});
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  ~Simulation();

  // Time, threads, network and disk of the run.
  World& world() { return world_; }
  // The process under test, and the one of its clients:
  SimulatedKernel& kernel() { return kernel_; }
  SimulatedKernel& clients() { return clients_; }

  // A thread of the process under test, and one of the clients'. They begin with Run:
  void AddThread(std::string name, std::function<void()> body);
  void AddClient(std::string name, std::function<void()> body);
  // Faults begin; the threads run; when every client is over, faults end and `finish` is called,
  // which is to bring the threads under test to their end; then those are waited for.
  void Run(absl::AnyInvocable<void()> finish = [] {});
  // What the threads of the process under test, too, may call: faults end now, for good.
  void EndFaults() { world_.EndFaults(); }

  // A violation unless `holds`.
  void Check(bool holds, std::string_view what) {
    if (!holds) Fail(what);
  }
  // A violation: ends the run.
  [[noreturn]] void Fail(std::string_view what);
  // A named situation was reached, if `holds`.
  void Sometimes(bool holds, std::string_view what) {
    if (holds) world_.Mark(what);
  }

  // Virtual time, and how much of it has gone by since the world began:
  Time now() { return world_.timeline().now(); }
  Duration elapsed() { return now() - Timeline::kBegin; }
  // A number below `count` that the seed decides; 0 is what a shrunk failure has. For what a
  // scenario itself leaves to chance: how many clients, how long their messages, when they leave.
  std::uint32_t Pick(std::uint32_t count) {
    return world_.chooser().Choose(ChoicePoint::kScenario, count);
  }

 private:
  World world_;
  SimulatedKernel kernel_;
  SimulatedKernel clients_;
  Threads::Group under_test_;
  Threads::Group of_clients_;
};

}  // namespace edgewise::sim
