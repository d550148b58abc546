// The order of a run.
#include "reactor/kernel/simulated/simulation.h"

#include <utility>

namespace edgewise::sim {

Simulation::Simulation(Chooser& chooser, WorldOptions options)
    : world_(chooser, std::move(options)),
      kernel_(world_, {.name = "under-test"}),
      clients_(world_, {.name = "clients", .descriptors_max = 20'000}),
      under_test_(world_.threads().NewGroup()),
      of_clients_(world_.threads().NewGroup()) {}

Simulation::~Simulation() = default;

void Simulation::AddThread(std::string name, std::function<void()> body) {
  world_.threads().Start(std::move(name), kernel_.process(), under_test_, std::move(body));
}

void Simulation::AddClient(std::string name, std::function<void()> body) {
  world_.threads().Start(std::move(name), clients_.process(), of_clients_, std::move(body));
}

void Simulation::Run(absl::AnyInvocable<void()> finish) {
  kernel_.SetFaults(Faults::kAll);
  world_.threads().Join(of_clients_);
  world_.EndFaults();
  kernel_.SetFaults(Faults::kNone);
  finish();
  world_.threads().JoinAll();
}

void Simulation::Fail(std::string_view what) {
  world_.Violation("does not hold: " + std::string(what));
}

}  // namespace edgewise::sim
