// Little memory for the buffers of all connections, clients that want much of it, and the three
// policies.
#include <algorithm>
#include <set>
#include <string>

#include "handlers/connection_context.h"
#include "handlers/edgewise.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {
namespace {

constexpr std::size_t kFrameMax = 40'000;

struct Shop {
  Shop(sim::Simulation& simulation, ServerOptions options)
      : served(simulation, std::move(options)) {}
  std::set<const BufferGauge*> gauges;
  Served served;
};

// A frame is answered by some copies of it.
class Copier final : public FrameHandler {
 public:
  static constexpr std::size_t kCopies = 3;

  explicit Copier(Shop* shop) : shop_(*shop) {}
  void OnOpen(Connection& peer) override {
    shop_.served.Opened(peer);
    shop_.gauges.insert(&peer.context().workspace.gauge());
  }
  void OnFrame(Connection& peer, std::string_view frame) override {
    for (std::size_t i = 0; i < kCopies; ++i) static_cast<void>(peer.Send(frame));
  }
  void OnClose(Connection& peer, const CloseReason& reason) override {
    if (reason.cause == CloseCause::kOverflow) shop_.served.Excuse(peer);
    shop_.served.Closed(peer, reason);
  }

 private:
  Shop& shop_;
};

// Sends large frames, some a piece at a time, and is slow to take the answers.
void Client(Shop& shop) {
  Served& served = shop.served;
  sim::Simulation& simulation = served.simulation();
  sim::SimulatedPeer peer(simulation.clients(), served.address());
  const SocketAddress local = simulation.clients().LocalAddress(peer.handle()).address;
  std::string sent;
  std::string answers;
  for (std::uint32_t left = 1 + simulation.Pick(8); left != 0; --left) {
    const std::string frame =
        LengthFramed(Pattern(simulation.Pick(2) == 0 ? 100 : simulation.Pick(kFrameMax)));
    sent += frame;
    for (std::size_t i = 0; i < Copier::kCopies; ++i) answers += frame;
  }
  const bool is_slow = simulation.Pick(3) != 0;
  const std::size_t piece = is_slow ? 2000 + simulation.Pick(20'000) : sent.size();
  std::string_view rest = sent;
  while (!rest.empty() && !peer.over()) {
    const std::size_t taken = peer.SendSome(rest.substr(0, piece));
    rest.remove_prefix(taken);
    if (is_slow) peer.Wait(std::chrono::milliseconds(simulation.Pick(10)));
    // Who only sent would wait for a server that waits for it.
    if (taken == 0 && !peer.TakeSome(piece)) peer.Await();
  }
  peer.Finish();
  while (!peer.over()) {
    static_cast<void>(peer.Receive(is_slow ? piece : 65536));
    if (is_slow) peer.Wait(std::chrono::milliseconds(simulation.Pick(30)));
  }
  served.Compare(peer, local, answers, Ending::kComplete);
}

// The budget is looked at when something has grown. What can grow before it is acted upon: for the
// connection whose turn it is, a turn's input and the answers to one frame; and where pausing is
// the policy, as much once for each.
std::size_t PeakMax(const ServerOptions& options, std::size_t clients) {
  const std::size_t turn =
      options.reactor.bulk_bytes_max + (Copier::kCopies + 1) * (kFrameMax + 20'000);
  const bool pauses = options.memory_policy == MemoryPolicy::kPause;
  return options.buffer_bytes_max + (pauses ? clients : 2) * turn;
}

void JudgeMemory(Shop& shop, const ServerOptions& options, std::size_t clients) {
  sim::Simulation& simulation = shop.served.simulation();
  const WorkerCounters counters = shop.served.server().Counters();
  std::size_t peak = 0;
  for (const BufferGauge* gauge : shop.gauges) {
    simulation.Check(gauge->bytes() == 0, "no connection, no buffer");
    peak = std::max(peak, gauge->peak());
  }
  simulation.Check(
      peak <= PeakMax(options, clients),
      "the buffers stay near their budget, which they left by " + std::to_string(peak) + " bytes");
  const MemoryCounters& memory = counters.memory;
  const bool refuses = options.memory_policy == MemoryPolicy::kRefuse;
  const bool pauses = options.memory_policy == MemoryPolicy::kPause;
  simulation.Check(refuses || memory.refused == 0, "who is refused only by that policy");
  simulation.Check(pauses || memory.pauses == 0, "who is paused only by that policy");
  simulation.Check(counters.connection.overflows == memory.refused + memory.shed,
                   "each that is ended for its memory is counted");
  simulation.Sometimes(memory.pauses != 0, "paused");
  simulation.Sometimes(memory.refused != 0, "refused");
  simulation.Sometimes(memory.shed != 0 && pauses, "shed after pauses");
  simulation.Sometimes(memory.shed != 0 && !pauses, "shed");
  simulation.Sometimes(counters.accept.pauses != 0, "nobody is accepted for want of memory");
}

}  // namespace

void Memory(sim::Simulation& simulation) {
  ServerOptions options;
  constexpr std::size_t kBudgets[] = {20'000, 1000, 60'000, 150'000};
  options.buffer_bytes_max = kBudgets[simulation.Pick(std::size(kBudgets))];
  options.memory_policy = static_cast<MemoryPolicy>(simulation.Pick(3));
  options.connection.idle_timeout = options.connection.frame_timeout =
      options.connection.write_timeout = options.connection.linger_timeout = std::chrono::hours(10);
  Shop shop(simulation, options);
  shop.served.server().ServeOn<LengthPrefixed, Copier>("10.0.0.1:7000", LengthPrefixed(), &shop);
  shop.served.Start();
  const std::uint32_t clients = 1 + simulation.Pick(6);
  for (std::uint32_t i = 0; i < clients; ++i) {
    simulation.AddClient("client " + std::to_string(i), [&shop] { Client(shop); });
  }
  shop.served.Run();
  JudgeMemory(shop, options, clients);
}

}  // namespace edgewise::sim_test
