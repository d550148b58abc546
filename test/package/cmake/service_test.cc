// The service under simulation, without any test framework.
#include "service.h"

#include <cstdio>

#include "reactor/kernel/simulated/explore.h"

using edgewise::sim::SimulatedPeer;
using edgewise::sim::Simulation;

void ItGreets(Simulation& simulation) {
  edgewise::Server server(
      {.signals = edgewise::SignalPolicy::kNone, .kernel = &simulation.kernel()});
  server.Serve<edgewise::Http1, Greeting>();
  simulation.Check(server.Start().ok(), "the server starts");
  simulation.AddThread("server", [&] { server.Run(); });
  simulation.AddClient("guest", [&] {
    SimulatedPeer guest(simulation.clients(), server.addresses().front());
    if (!guest.Send("GET /you HTTP/1.1\r\nHost: here\r\n\r\n")) return;
    const std::string status = guest.ReceiveLine();
    simulation.Check(status.empty() || status.starts_with("HTTP/1.1 200"), "200 or nothing");
  });
  simulation.Run([&] { server.Stop(); });
}

int main() {
  const auto verdict = edgewise::sim::Explore(ItGreets, {.seeds = 50});
  std::printf("%s\n", verdict.ok ? "every seed is well" : verdict.report.c_str());
  return verdict.ok ? 0 : 1;
}
