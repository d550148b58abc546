// One client for all connections: an epoll loop of its own, so that threads are no part of the
// cost.
#include "test/simulated/echo_load.h"

#include <algorithm>
#include <string>
#include <vector>

#include "handlers/edgewise.h"

namespace edgewise::simulated_test {
namespace {

constexpr std::size_t kFrameBytes = 64;

class EchoBack final : public FrameHandler {
 public:
  void OnFrame(Connection& peer, std::string_view frame) override {
    static_cast<void>(peer.Send(frame));
  }
};

class Client {
 public:
  Client(sim::SimulatedKernel& kernel, const SocketAddress& address, const EchoLoad& load)
      : kernel_(kernel), load_(load), left_(load.requests), peers_(load.connections) {
    const std::string head = {0, 0, 0, kFrameBytes - 4};
    frame_ = head + std::string(kFrameBytes - 4, 'x');
    for (std::uint64_t i = 0; i < load.depth; ++i) batch_ += frame_;
    epoll_ = kernel_.OpenEpoll().handle();
    for (Peer& peer : peers_) {
      peer.handle = kernel_.OpenSocket(AddressFamily::kIpv4).handle();
      static_cast<void>(kernel_.Connect(peer.handle, address));
      static_cast<void>(
          kernel_.EpollAdd(epoll_, peer.handle, kEpollOut | kEpollIn | kEpollEdge, &peer));
    }
  }
  ~Client() {
    for (const Peer& peer : peers_) static_cast<void>(kernel_.Close(peer.handle));
    static_cast<void>(kernel_.Close(epoll_));
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Run() {
    std::vector<EpollEvent> events(peers_.size());
    while (answered_ < load_.requests) {
      const std::size_t count = kernel_.EpollWait(epoll_, events, kForever).bytes();
      for (std::size_t i = 0; i < count; ++i) Turn(*static_cast<Peer*>(events[i].tag));
    }
  }

 private:
  struct Peer {
    Handle handle = kNoHandle;
    std::uint64_t asked = 0;  // frames under way
    std::uint64_t due = 0;    // bytes of answers that are still to come
  };

  void Turn(Peer& peer) {
    char buffer[16'384];
    if (peer.due != 0) {
      const IoResult got = kernel_.Receive(peer.handle, buffer);
      if (!got.ok()) return;
      peer.due -= got.bytes();
      answered_ += peer.due == 0 ? peer.asked : 0;
    }
    if (peer.due != 0 || left_ == 0) return;
    peer.asked = std::min(load_.depth, left_);
    left_ -= peer.asked;
    peer.due = peer.asked * kFrameBytes;
    static_cast<void>(kernel_.Send(peer.handle, std::string_view(batch_).substr(0, peer.due)));
  }

  sim::SimulatedKernel& kernel_;
  const EchoLoad load_;
  std::uint64_t left_;
  std::uint64_t answered_ = 0;
  std::vector<Peer> peers_;
  std::string frame_;
  std::string batch_;
  Handle epoll_ = kNoHandle;
};

}  // namespace

EchoCost EchoLoad::Run(sim::Chooser& chooser) const {
  sim::Simulation simulation(chooser, {.time_max = kForever});
  Server server({.signals = SignalPolicy::kNone, .kernel = &simulation.kernel()});
  server.Serve<LengthPrefixed, EchoBack>();
  simulation.Check(server.Start().ok(), "a server starts on a usual day");
  simulation.AddThread("server", [&] { server.Run(); });
  simulation.AddClient("client", [&] {
    Client client(simulation.clients(), server.addresses().front(), *this);
    client.Run();
  });
  simulation.Run([&] { server.Stop(); });
  return {.requests = requests,
          .calls = simulation.world().trace().calls(),
          .elapsed = simulation.elapsed()};
}

}  // namespace edgewise::simulated_test
