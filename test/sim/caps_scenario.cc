// More clients than there may be, in total and from one address; and when they have all gone, there
// is room for as many as before.
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "handlers/edgewise.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {
namespace {

struct Club {
  Club(sim::Simulation& simulation, ServerOptions options)
      : members_max(options.connections_max),
        per_address_max(options.connections_per_address_max),
        served(simulation, std::move(options)) {}
  const std::size_t members_max;
  const std::size_t per_address_max;  // 0: none
  std::map<std::array<std::uint8_t, 16>, std::size_t> by_address;
  std::size_t guests = 0;  // clients that are not over
  Served served;
};

class Member final : public FrameHandler {
 public:
  explicit Member(Club* club) : club_(*club) {}
  void OnOpen(Connection& peer) override {
    club_.served.Opened(peer);
    sim::Simulation& simulation = club_.served.simulation();
    const std::size_t count = ++club_.by_address[peer.peer().ip()];
    simulation.Check(club_.served.open() <= club_.members_max, "the cap on all holds");
    simulation.Check(club_.per_address_max == 0 || count <= club_.per_address_max,
                     "the cap on an address holds");
    simulation.Sometimes(club_.served.open() == club_.members_max, "full");
    simulation.Sometimes(count == club_.per_address_max, "full for an address");
  }
  void OnFrame(Connection& peer, std::string_view frame) override {
    static_cast<void>(peer.Send(frame));
  }
  void OnClose(Connection& peer, const CloseReason& reason) override {
    --club_.by_address[peer.peer().ip()];
    club_.served.Closed(peer, reason);
  }

 private:
  Club& club_;
};

void Client(Club& club) {
  Served& served = club.served;
  sim::Simulation& simulation = served.simulation();
  simulation.world().threads().WaitUntil(simulation.now() +
                                         std::chrono::microseconds(simulation.Pick(20'000)));
  {
    sim::SimulatedPeer peer(simulation.clients(), AddressFamily::kIpv4);
    peer.BindTo(SocketAddress::Ipv4({10, 0, 1, static_cast<std::uint8_t>(simulation.Pick(4))}, 0));
    const SocketAddress local = simulation.clients().LocalAddress(peer.handle()).address;
    peer.Connect(served.address());
    const std::string frame = LengthFramed(Pattern(simulation.Pick(300)));
    static_cast<void>(peer.Send(frame));
    static_cast<void>(peer.ReceiveExactly(frame.size()));
    peer.Wait(std::chrono::microseconds(simulation.Pick(20'000)));
    // Who was refused met an end, or a reset.
    const Ending ending = peer.over() ? Ending::kClosed : Ending::kComplete;
    if (simulation.Pick(4) == 1) {
      peer.Reset();
    } else {
      peer.Finish();
      static_cast<void>(peer.ReceiveToEnd());
    }
    served.Compare(peer, local, frame, peer.handle() == kNoHandle ? Ending::kReset : ending);
  }
  --club.guests;
}

// When everybody has gone, on a good day: as many as there may be, at once, each from an address of
// its own.
void LastWave(Club& club) {
  Served& served = club.served;
  sim::Simulation& simulation = served.simulation();
  sim::Threads& threads = simulation.world().threads();
  const Time begin = simulation.now();
  while (club.guests != 0 || served.open() != 0) {
    threads.WaitUntil(simulation.now() + std::chrono::milliseconds(1));
    simulation.Check(simulation.now() - begin < std::chrono::minutes(10), "everybody leaves");
  }
  simulation.EndFaults();
  std::vector<std::unique_ptr<sim::SimulatedPeer>> peers;
  const std::string frame = LengthFramed("here");
  for (std::size_t i = 0; i < club.members_max; ++i) {
    peers.push_back(
        std::make_unique<sim::SimulatedPeer>(simulation.clients(), AddressFamily::kIpv4));
    peers.back()->BindTo(SocketAddress::Ipv4({10, 0, 2, static_cast<std::uint8_t>(i)}, 0));
    simulation.Check(peers.back()->Connect(served.address()), "the last wave connects");
    simulation.Check(peers.back()->Send(frame), "the last wave sends");
  }
  for (const auto& peer : peers) {
    simulation.Check(peer->ReceiveExactly(frame.size()) == frame,
                     "as many as there may be are admitted again");
  }
  simulation.Check(served.open() == club.members_max, "they are all there");
  for (const auto& peer : peers) {
    peer->Finish();
    static_cast<void>(peer->ReceiveToEnd());
  }
}

}  // namespace

void Caps(sim::Simulation& simulation) {
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(3));
  options.connections_max = 1 + simulation.Pick(8);
  options.connections_per_address_max = simulation.Pick(4);
  options.connection.idle_timeout = options.connection.frame_timeout =
      options.connection.write_timeout = options.connection.linger_timeout = std::chrono::hours(10);
  Club club(simulation, std::move(options));
  club.served.server().ServeOn<LengthPrefixed, Member>("10.0.0.1:7000", LengthPrefixed(), &club);
  club.served.Start();
  const std::uint32_t clients = 2 + simulation.Pick(20);
  club.guests = clients;
  for (std::uint32_t i = 0; i < clients; ++i) {
    simulation.AddClient("client " + std::to_string(i), [&club] { Client(club); });
  }
  simulation.AddClient("last wave", [&club] { LastWave(club); });
  club.served.Run();
  const AcceptCounters accept = club.served.server().Counters().accept;
  simulation.Sometimes(accept.pauses != 0, "paused: full");
  simulation.Sometimes(accept.refused != 0, "refused: a cap");
}

}  // namespace edgewise::sim_test
