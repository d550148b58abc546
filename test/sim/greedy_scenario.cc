// Clients that pipeline without end beside polite ones: each has its turn.
#include <string>

#include "handlers/edgewise.h"
#include "test/sim/injected.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"
#include "test/sim/served_echo.h"

namespace edgewise::sim_test {
namespace {

// Sends ahead of what it takes, without end: always more than one turn's budget.
void Greedy(Served& served) {
  sim::Simulation& simulation = served.simulation();
  sim::SimulatedPeer peer(simulation.clients(), served.address());
  const SocketAddress local = simulation.clients().LocalAddress(peer.handle()).address;
  std::string sent;
  for (std::uint32_t left = 200 + simulation.Pick(1000); left != 0; --left) {
    sent += LengthFramed(Pattern(100, sent.size()));
  }
  std::string_view rest = sent;
  while (peer.received().size() < sent.size() && !peer.over()) {
    const std::size_t taken = peer.SendSome(rest);
    rest.remove_prefix(taken);
    if (!peer.TakeSome(65536) && taken == 0) peer.Await();
  }
  // Not before: what waits for room to answer is not neglected.
  peer.Finish();
  static_cast<void>(peer.ReceiveToEnd());
  served.Compare(peer, local, sent, Ending::kComplete);
}

void Polite(Served& served) {
  sim::Simulation& simulation = served.simulation();
  sim::SimulatedPeer peer(simulation.clients(), served.address());
  const SocketAddress local = simulation.clients().LocalAddress(peer.handle()).address;
  std::string sent;
  for (std::uint32_t left = 5 + simulation.Pick(10); left != 0 && !peer.over(); --left) {
    const std::string frame = LengthFramed(Pattern(50, sent.size()));
    sent += frame;
    if (!peer.Send(frame)) break;
    static_cast<void>(peer.ReceiveExactly(frame.size()));
  }
  peer.Finish();
  static_cast<void>(peer.ReceiveToEnd());
  served.Compare(peer, local, sent, Ending::kComplete);
}

}  // namespace

void Greed(sim::Simulation& simulation) {
  ServerOptions options;
  // One thread: waits are counted for the whole process.
  options.reactor.interactive_bytes_max = 500 + simulation.Pick(8000);
  options.reactor.bulk_bytes_max = 2000 + simulation.Pick(16'000);
  options.connection.high_water = options.connection.outbound_bytes_max;  // nothing is held
  options.connection.idle_timeout = options.connection.frame_timeout =
      options.connection.write_timeout = options.connection.linger_timeout = std::chrono::hours(10);
  Served served(simulation, std::move(options));
  served.server().ServeOn<LengthPrefixed, ServedEcho>("10.0.0.1:7000", LengthPrefixed(), &served);
  served.Start();
  const std::uint32_t greedy = 1 + simulation.Pick(4);
  const std::uint32_t polite = 1 + simulation.Pick(4);
  for (std::uint32_t i = 0; i < greedy; ++i) {
    simulation.AddClient("greedy " + std::to_string(i), [&served] { Greedy(served); });
  }
  for (std::uint32_t i = 0; i < polite; ++i) {
    simulation.AddClient("polite " + std::to_string(i), [&served] { Polite(served); });
  }
  served.Run();
  const std::uint64_t neglect = simulation.kernel().longest_neglect();
  // A listener that pauses is ready and has no turn.
  const InjectedAccepts injected = CountInjectedAccepts(simulation.world().chooser());
  const bool paused = injected.process_limits + injected.back_offs != 0;
  // A round for each bulk handler before it; the acceptor may be one of them.
  simulation.Check(
      paused || neglect <= greedy + polite + 1,
      "who is ready has its turn within a round for each, not " + std::to_string(neglect));
  const WorkerCounters counters = served.server().Counters();
  simulation.Sometimes(counters.reactor.bulk_upcalls > 20, "greedy ones are served in turns");
  simulation.Sometimes(neglect >= 2, "somebody waited for the turns of others");
}

}  // namespace edgewise::sim_test
