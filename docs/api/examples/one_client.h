// Converse: a server and one client under simulation, in a run in which nothing is unusual.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "handlers/client.h"
#include "handlers/server.h"
#include "reactor/kernel/simulated/odometer_chooser.h"
#include "reactor/kernel/simulated/simulated_peer.h"
#include "reactor/kernel/simulated/simulation.h"

namespace edgewise {

// The smallest request over HTTP.
inline const std::string kRequest = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

// `serve` gives the server what it serves; `client` is a process that is told where that is.
inline void Converse(const std::function<void(Server&)>& serve,
                     const std::function<void(sim::SimulatedKernel&, SocketAddress)>& client) {
  sim::OdometerChooser chooser({}, 0);
  sim::Simulation simulation(chooser);
  Server server({.signals = SignalPolicy::kNone, .kernel = &simulation.kernel()});
  serve(server);
  simulation.Check(server.Start().ok(), "the server starts");
  simulation.AddThread("server", [&] { server.Run(); });
  simulation.AddClient("client", [&] { client(simulation.clients(), server.addresses().front()); });
  simulation.Run([&] { server.Stop(); });
}

// What comes up to the server's end; the client's own end stands behind its request.
inline std::string AnswerTo(std::string_view request, const std::function<void(Server&)>& serve) {
  std::string answer;
  Converse(serve, [&](sim::SimulatedKernel& kernel, const SocketAddress& address) {
    sim::SimulatedPeer client(kernel, address);
    client.Send(request);
    client.Finish();
    answer = client.ReceiveToEnd();
  });
  return answer;
}

// For a client that is to reach its server.
struct NobodyThere : Client::Sink {
  void NotConnected(const SocketAddress& target, Error error) override {
    FAIL(target.ToString() << ": " << ErrorText(error));
  }
};

}  // namespace edgewise
