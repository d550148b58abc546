// AnswerTo: what one client is answered, under simulation, in a run in which nothing is unusual.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "handlers/server.h"
#include "reactor/kernel/simulated/odometer_chooser.h"
#include "reactor/kernel/simulated/simulated_peer.h"
#include "reactor/kernel/simulated/simulation.h"

namespace edgewise {

// `serve` gives the server what it serves. All that comes until the server's end is the answer; the
// client's own end stands behind its request.
inline std::string AnswerTo(std::string_view request, const std::function<void(Server&)>& serve) {
  sim::OdometerChooser chooser({}, 0);
  sim::Simulation simulation(chooser);
  Server server({.signals = SignalPolicy::kNone, .kernel = &simulation.kernel()});
  serve(server);
  simulation.Check(server.Start().ok(), "the server starts");
  simulation.AddThread("server", [&] { server.Run(); });
  std::string answer;
  simulation.AddClient("client", [&] {
    sim::SimulatedPeer client(simulation.clients(), server.addresses().front());
    client.Send(request);
    client.Finish();
    answer = client.ReceiveToEnd();
  });
  simulation.Run([&] { server.Stop(); });
  return answer;
}

}  // namespace edgewise
