// A process that has few descriptors, and a storm of clients: accepting fails, sheds, pauses, and
// goes on; who is served does not notice.
#include <string>
#include <vector>

#include "handlers/edgewise.h"
#include "test/sim/injected.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"
#include "test/sim/served_echo.h"

namespace edgewise::sim_test {
namespace {

// Epoll, wake-up, alarm, listener, reserve.
constexpr std::size_t kPerThread = 5;
constexpr std::size_t kStandard = 3;

void Client(Served& served) {
  sim::Simulation& simulation = served.simulation();
  simulation.world().threads().WaitUntil(simulation.now() +
                                         std::chrono::microseconds(simulation.Pick(3000)));
  sim::SimulatedPeer peer(simulation.clients(), served.address());
  const SocketAddress local = simulation.clients().LocalAddress(peer.handle()).address;
  std::string answers;
  for (std::uint32_t left = 1 + simulation.Pick(3); left != 0 && !peer.over(); --left) {
    const std::string frame = LengthFramed(Pattern(simulation.Pick(3000), answers.size()));
    answers += frame;
    if (!peer.Send(frame)) break;
    static_cast<void>(peer.ReceiveExactly(frame.size()));
    peer.Wait(std::chrono::milliseconds(simulation.Pick(40)));
  }
  // Who was shed met an end, or a reset if it had spoken already.
  const Ending ending = peer.over() ? Ending::kClosed : Ending::kComplete;
  peer.Finish();
  static_cast<void>(peer.ReceiveToEnd());
  served.Compare(peer, local, answers, ending);
}

// Looks every few milliseconds whether somebody waits to be accepted although there is room, and
// nobody tries.
class Watchman {
 public:
  explicit Watchman(sim::Simulation& simulation, std::size_t threads)
      : simulation_(simulation), free_since_(threads, kNever) {}

  void Run() {
    while (!over_) {
      simulation_.world().threads().WaitUntil(simulation_.now() + kInterval);
      Look();
    }
  }
  void End() { over_ = true; }

 private:
  static constexpr Duration kInterval = std::chrono::milliseconds(5);

  // An attempt, whatever it met, begins a new wait.
  void Look() {
    sim::SimulatedKernel& kernel = simulation_.kernel();
    const std::uint64_t tries = simulation_.world().chooser().asked(sim::ChoicePoint::kAcceptError);
    const bool is_full = IsFull();
    std::size_t listener = 0;
    for (Handle handle = 0; handle < kHandlesMax && listener < free_since_.size(); ++handle) {
      const sim::Description* file = kernel.Find(handle);
      if (file == nullptr || !file->is_socket()) continue;
      const auto* socket = static_cast<const sim::SocketDescription*>(file);
      if (!socket->listening()) continue;
      Time& since = free_since_[listener++];
      if (is_full || socket->waiting() == 0 || tries != tries_) {
        since = kNever;
      } else if (since == kNever) {
        since = simulation_.now();
      } else {
        simulation_.Check(simulation_.now() - since <= Patience(),
                          "who waits is accepted soon after descriptors are free again");
      }
    }
    tries_ = tries;
  }

  bool IsFull() const {
    const sim::SimulatedKernel& kernel = simulation_.kernel();
    const auto limit = static_cast<Handle>(simulation_.kernel().DescriptorLimit());
    for (Handle handle = 0; handle < limit; ++handle) {
      if (!kernel.IsOpen(handle)) return false;
    }
    return true;
  }

  Duration Patience() const {
    const sim::Chooser& chooser = simulation_.world().chooser();
    const auto stalls = static_cast<int>(chooser.taken(sim::ChoicePoint::kStall));
    const InjectedAccepts injected = CountInjectedAccepts(chooser);
    // A back-off's longest; what the network owes after a wrong "would block".
    return std::chrono::milliseconds(100 + (injected.back_offs != 0 ? 1250 : 0) +
                                     (injected.would_blocks != 0 ? 250 : 0)) +
           stalls * Duration(std::chrono::seconds(5));
  }

  static constexpr Handle kHandlesMax = 100;
  sim::Simulation& simulation_;
  std::vector<Time> free_since_;  // by listener
  std::uint64_t tries_ = 0;
  bool over_ = false;
};

void JudgeAccepting(Served& served) {
  sim::Simulation& simulation = served.simulation();
  const AcceptCounters accept = served.server().Counters().accept;
  const InjectedAccepts injected = CountInjectedAccepts(served.world().chooser());
  simulation.Check(accept.peer_errors == injected.of_peers, "each error of a peer is counted");
  simulation.Check(accept.back_offs == injected.back_offs, "each shortage is counted");
  simulation.Check(accept.process_limits >= injected.process_limits,
                   "each meeting with the limit is counted");
  simulation.Sometimes(accept.process_limits > injected.process_limits, "at the limit");
  simulation.Sometimes(accept.process_limits != 0 && accept.accepted > 20, "at the limit, then on");
  simulation.Sometimes(accept.shed != 0, "shed");
  simulation.Sometimes(accept.back_offs != 0, "backed off");
  simulation.Sometimes(accept.peer_errors != 0, "an error of a peer");
}

}  // namespace

void Descriptors(sim::Simulation& simulation) {
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(2));
  options.connections_max = 1000;
  options.connection.idle_timeout = options.connection.frame_timeout =
      options.connection.write_timeout = options.connection.linger_timeout = std::chrono::hours(10);
  const auto threads = static_cast<std::size_t>(options.threads);
  Served served(simulation, std::move(options));
  served.server().ServeOn<LengthPrefixed, ServedEcho>("10.0.0.1:7000", LengthPrefixed(), &served);
  served.Start();
  const std::size_t base = kStandard + kPerThread * threads;
  simulation.kernel().SetDescriptorLimit(base + simulation.Pick(24));
  const std::uint32_t clients = 4 + simulation.Pick(30);
  for (std::uint32_t i = 0; i < clients; ++i) {
    simulation.AddClient("client " + std::to_string(i), [&served] { Client(served); });
  }
  // Somebody else in the process takes descriptors and gives them back; the limit moves, too.
  simulation.AddClient("limit", [&simulation, base] {
    for (std::uint32_t left = simulation.Pick(4); left != 0; --left) {
      simulation.world().threads().WaitUntil(simulation.now() +
                                             std::chrono::milliseconds(simulation.Pick(200)));
      simulation.kernel().SetDescriptorLimit(base + simulation.Pick(24));
    }
    simulation.world().threads().WaitUntil(simulation.now() + std::chrono::milliseconds(300));
    simulation.kernel().SetDescriptorLimit(base + 1 + simulation.Pick(24));
  });
  Watchman watchman(simulation, threads);
  simulation.AddThread("watchman", [&watchman] { watchman.Run(); });
  served.Run([&watchman] { watchman.End(); });
  JudgeAccepting(served);
}

}  // namespace edgewise::sim_test
