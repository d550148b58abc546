// A path that several workers listen on, urgent bytes and passed descriptors that cut reads short;
// and the same urgent bytes over TCP.
#include <string>

#include "handlers/edgewise.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"
#include "test/sim/served_echo.h"

namespace edgewise::sim_test {
namespace {

constexpr const char* kPath = "/run/served";

enum class With { kNothing, kUrgent, kDescriptor };

// All of it, in one message or several.
void Says(sim::Simulation& simulation, sim::SimulatedPeer& peer, std::string_view bytes,
          With with) {
  sim::SimulatedKernel& clients = simulation.clients();
  while (!bytes.empty() && !peer.over()) {
    std::size_t taken = 0;
    if (with == With::kNothing) {
      taken = peer.SendSome(bytes);
    } else {
      const IoResult sent = with == With::kUrgent
                                ? clients.SendUrgent(peer.handle(), ConstBuffer(bytes))
                                : clients.SendWithDescriptor(peer.handle(), ConstBuffer(bytes));
      if (!sent.ok() && !sent.would_block()) return;
      taken = sent.ok() ? sent.bytes() : 0;
    }
    bytes.remove_prefix(taken);
    if (taken == 0 && !peer.TakeSome(65536)) peer.Await();
  }
}

void Client(Served& served) {
  sim::Simulation& simulation = served.simulation();
  sim::SimulatedPeer peer(simulation.clients(), served.address());
  const bool is_unix = served.address().family() == AddressFamily::kUnix;
  const SocketAddress local = simulation.clients().LocalAddress(peer.handle()).address;
  std::string sent;
  // A second one would make the first an ordinary byte if it was not read by then.
  bool may_urge = true;
  for (std::uint32_t left = 1 + simulation.Pick(8); left != 0 && !peer.over(); --left) {
    const std::string frame = LengthFramed(Pattern(simulation.Pick(2000), sent.size()));
    const std::size_t cut = simulation.Pick(static_cast<std::uint32_t>(frame.size()));
    sent += frame;
    // With the end of a frame, or with its beginning: the rest then stands behind a read that was
    // cut short, and no answer that is read brings an edge.
    const std::uint32_t passes = is_unix ? simulation.Pick(3) : 0;
    simulation.Sometimes(passes != 0, "a descriptor is passed");
    Says(simulation, peer, std::string_view(frame).substr(0, cut),
         passes == 2 ? With::kDescriptor : With::kNothing);
    if (may_urge && simulation.Pick(3) == 1) {
      may_urge = false;
      Says(simulation, peer, "!", With::kUrgent);
      simulation.world().Mark("an urgent byte in the middle of a frame");
    }
    Says(simulation, peer, std::string_view(frame).substr(cut),
         passes == 1 ? With::kDescriptor : With::kNothing);
    const std::uint32_t pace = simulation.Pick(3);
    if (pace == 1) peer.Wait(std::chrono::microseconds(simulation.Pick(500)));
    if (pace == 2) static_cast<void>(peer.ReceiveExactly(sent.size() - peer.taken()));
  }
  peer.Finish();
  static_cast<void>(peer.ReceiveToEnd());
  if (!is_unix) return served.Compare(peer, local, sent, Ending::kComplete);
  // These clients have no names that tell them apart.
  simulation.Check(sent.starts_with(peer.received()), "what comes back is what was sent");
  simulation.Check(peer.received().empty() || peer.received() == sent,
                   "who is served is answered to the end");
  simulation.Sometimes(peer.received() == sent, "answered over a path");
}

// A path that nobody listens on any more is in the way of nobody; one that somebody listens on is.
void LeavePathBehind(sim::Simulation& simulation) {
  sim::SimulatedKernel& clients = simulation.clients();
  const Handle left = clients.OpenSocket(AddressFamily::kUnix).handle();
  simulation.Check(clients.Bind(left, SocketAddress::Unix(kPath)) == Error::kNone, "a free path");
  simulation.Check(clients.Listen(left, 1) == Error::kNone, "it listens");
  clients.Close(left);
}
void CheckPathIsTaken(sim::Simulation& simulation) {
  Served* const nobody = nullptr;
  Server other({.signals = SignalPolicy::kNone, .kernel = &simulation.kernel()});
  other.ServeOn<LengthPrefixed, ServedEcho>(std::string("unix:") + kPath, LengthPrefixed(), nobody);
  simulation.Check(!other.Start().ok(), "a path that somebody listens on is taken");
}

}  // namespace

void Unix(sim::Simulation& simulation) {
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(3));
  options.connection.idle_timeout = options.connection.frame_timeout =
      options.connection.write_timeout = options.connection.linger_timeout = std::chrono::hours(10);
  const bool is_unix = simulation.Pick(4) != 1;
  if (is_unix && simulation.Pick(2) == 1) LeavePathBehind(simulation);
  {
    Served served(simulation, std::move(options));
    served.server().ServeOn<LengthPrefixed, ServedEcho>(
        is_unix ? std::string("unix:") + kPath : "10.0.0.1:7000", LengthPrefixed(), &served);
    served.Start();
    if (is_unix && simulation.Pick(3) == 1) CheckPathIsTaken(simulation);
    const std::uint32_t clients = 1 + simulation.Pick(8);
    for (std::uint32_t i = 0; i < clients; ++i) {
      simulation.AddClient("client " + std::to_string(i), [&served] { Client(served); });
    }
    served.Run();
  }
  if (!is_unix) return;
  sim::SimulatedPeer late(simulation.clients(), AddressFamily::kUnix);
  late.Connect(SocketAddress::Unix(kPath));
  simulation.Check(late.error() == Error::kNotFound, "the path goes with the server");
}

}  // namespace edgewise::sim_test
