// The key-value store under simulation: what it has acknowledged is there, whatever happens.
#include "kv.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "reactor/kernel/simulated/explore.h"

using edgewise::sim::SimulatedPeer;
using edgewise::sim::Simulation;

// Sends a request and returns the answer; empty if the connection broke.
std::string Ask(SimulatedPeer& peer, const std::string& request) {
  const std::string prefix{0, 0, 0, static_cast<char>(request.size())};
  if (!peer.Send(prefix + request)) return "";
  const std::string size = peer.ReceiveExactly(4);
  return size.size() < 4 ? "" : peer.ReceiveExactly(static_cast<unsigned char>(size[3]));
}

// [scenario]
void WhatWasAcknowledgedIsThere(Simulation& simulation) {
  Store store;
  edgewise::Server server(
      {.signals = edgewise::SignalPolicy::kNone, .kernel = &simulation.kernel()});
  server.Serve<edgewise::LengthPrefixed, KvHandler>(&store);
  simulation.Check(server.Start().ok(), "the server starts");
  simulation.AddThread("server", [&] { server.Run(); });
  simulation.AddClient("writer", [&] {
    int acknowledged = 0;
    for (int tried = 0; acknowledged < 5;) {
      SimulatedPeer writer(simulation.clients(), server.addresses().front());
      const std::string answer = Ask(writer, "GET number");
      simulation.Sometimes(answer.empty(), "an answer never came");
      if (answer.empty()) continue;
      const int there = answer == "NONE" ? 0 : std::stoi(answer.substr(2));
      simulation.Check(acknowledged <= there && there <= tried, "what was acknowledged is there");
      if (Ask(writer, "SET number " + std::to_string(++tried)) == "OK") acknowledged = tried;
    }
  });
  simulation.Run([&] { server.Stop(); });
}

TEST_CASE("what was acknowledged is there, under every seed") {
  const auto verdict = edgewise::sim::Explore(WhatWasAcknowledgedIsThere, {.seeds = 500});
  INFO(verdict.report);
  CHECK(verdict.ok);
  CHECK(verdict.marks.contains("an answer never came"));
}
// [/scenario]
