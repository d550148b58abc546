// Reading held and released from everywhere, connections that end each other and themselves, and
// handlers that throw.
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "handlers/connection_context.h"
#include "handlers/edgewise.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {
namespace {

class Holder;

// What the connections of one scenario know of each other.
struct Crowd {
  Crowd(sim::Simulation& simulation, ServerOptions options)
      : served(simulation, std::move(options)) {}
  // Only those of the same worker may be touched.
  std::vector<Holder*> members;
  std::uint64_t thrown = 0;
  Served served;
};

class Holder final : public FrameHandler, private Timer {
 public:
  explicit Holder(Crowd* crowd) : crowd_(*crowd) {}

  void OnOpen(Connection& peer) override {
    peer_ = &peer;
    crowd_.served.Opened(peer);
    crowd_.members.push_back(this);
    if (Pick(6) == 1) HoldForAWhile();
    MayThrow(peer);
  }
  void OnFrame(Connection& peer, std::string_view frame) override {
    Check((peer.holds() & HoldBit(Hold::kUser)) == 0, "nothing is delivered while reading is held");
    Check(peer.write_side() == WriteSide::kOpen, "nothing is delivered after a close");
    if (was_held_) Mark("a frame that waited for the release");
    was_held_ = false;
    static_cast<void>(peer.Send(frame));
    MayRelease();
    MayEndSomebody();
    MayThrow(peer);
    if (Pick(4) == 1) HoldForAWhile();
  }
  void OnEnd(Connection& peer) override {
    Check((peer.holds() & HoldBit(Hold::kUser)) == 0, "no end is told while reading is held");
    MayRelease();
    MayThrow(peer);
    peer.Close();
  }
  void OnDrained(Connection& peer) override { MayThrow(peer); }
  void OnClose(Connection& peer, const CloseReason& reason) override {
    Cancel();
    std::erase(crowd_.members, this);
    if (reason.cause == CloseCause::kReset && held_) Mark("broken while held");
    crowd_.served.Closed(peer, reason);
    MayThrow(peer);
  }

 private:
  std::uint32_t Pick(std::uint32_t count) { return crowd_.served.simulation().Pick(count); }
  void Check(bool holds, std::string_view what) { crowd_.served.simulation().Check(holds, what); }
  void Mark(std::string_view what) { crowd_.served.world().Mark(what); }

  void HoldForAWhile();
  void Release(std::string_view from);
  void MayRelease();
  void MayEndSomebody();
  void MayThrow(Connection& peer) {
    if (Pick(60) != 1) return;
    ++crowd_.thrown;
    crowd_.served.ExpectExceptions();
    crowd_.served.Excuse(peer);
    throw std::runtime_error("a handler's own");
  }
  void HandleTimeout(Time) override { Release("released by a timer"); }

  Crowd& crowd_;
  Connection* peer_ = nullptr;
  bool held_ = false;
  bool was_held_ = false;
};

// Somebody else may release it sooner; the timer does it at the latest.
void Holder::HoldForAWhile() {
  Connection& peer = *peer_;
  peer.HoldReading();
  if ((peer.holds() & HoldBit(Hold::kUser)) == 0) return;  // closed
  held_ = true;
  Reactor& reactor = peer.context().reactor;
  const auto wait = Pick(3) == 1 ? std::chrono::microseconds(Pick(100))
                                 : std::chrono::microseconds(Pick(100'000));
  reactor.ArmAfter(*this, wait);
  if (Pick(3) != 1) return;
  // By a task, which may find that it is gone.
  const PostResult posted = reactor.Post([this, &crowd = crowd_] {
    const auto found = std::find(crowd.members.begin(), crowd.members.end(), this);
    if (found != crowd.members.end()) Release("released by a task");
  });
  Check(posted == PostResult::kPosted, "there is room for a task");
}

void Holder::Release(std::string_view from) {
  if (!held_) return;
  held_ = false;
  was_held_ = peer_->undelivered() != 0;
  Mark(from);
  Cancel();
  peer_->ReleaseReading();
}

void Holder::MayRelease() {
  if (Pick(2) == 0) return;
  for (Holder* other : crowd_.members) {
    if (other != this && other->held_ && &other->peer_->context() == &peer_->context()) {
      return other->Release("released by another connection");
    }
  }
}

void Holder::MayEndSomebody() {
  if (Pick(40) != 1) return;
  Holder& other = *crowd_.members[Pick(static_cast<std::uint32_t>(crowd_.members.size()))];
  if (&other.peer_->context() != &peer_->context()) return;
  Mark(&other == this ? "ended itself" : "ended another");
  crowd_.served.Excuse(*other.peer_);
  if (Pick(2) == 0) {
    other.peer_->Close();
  } else {
    other.peer_->Abort({.cause = CloseCause::kLocal});
  }
}

// Frames in bursts; then it ends, or leaves, or breaks off.
void Client(Crowd& crowd) {
  Served& served = crowd.served;
  sim::Simulation& simulation = served.simulation();
  sim::SimulatedPeer peer(simulation.clients(), served.address());
  const SocketAddress local = simulation.clients().LocalAddress(peer.handle()).address;
  std::string sent;
  for (std::uint32_t bursts = 1 + simulation.Pick(5); bursts != 0 && !peer.over(); --bursts) {
    std::string burst;
    for (std::uint32_t frames = 1 + simulation.Pick(6); frames != 0; --frames) {
      const std::size_t from = sent.size() + burst.size();
      burst += LengthFramed(Pattern(simulation.Pick(4) == 1 ? 3000 : simulation.Pick(40), from));
    }
    // Cut anywhere: a frame's beginning may have to wait for a release.
    const std::size_t cut = simulation.Pick(static_cast<std::uint32_t>(burst.size()));
    sent += burst;
    if (!peer.Send(std::string_view(burst).substr(0, cut))) break;
    peer.Wait(std::chrono::microseconds(simulation.Pick(3000)));
    if (!peer.Send(std::string_view(burst).substr(cut))) break;
    while (peer.TakeSome(16384)) {
    }
  }
  const std::uint32_t manner = simulation.Pick(5);
  if (manner == 1) {
    peer.Reset();
  } else if (manner == 2) {
    peer.Close();
  } else {
    peer.Finish();
    static_cast<void>(peer.ReceiveToEnd());
  }
  constexpr Ending kEndings[] = {Ending::kComplete, Ending::kReset, Ending::kClosed,
                                 Ending::kComplete, Ending::kComplete};
  served.Compare(peer, local, sent, kEndings[manner]);
}

}  // namespace

void Holds(sim::Simulation& simulation) {
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(2));
  options.connection.idle_timeout = options.connection.frame_timeout =
      options.connection.write_timeout = options.connection.linger_timeout = std::chrono::hours(10);
  Crowd crowd(simulation, std::move(options));
  crowd.served.server().ServeOn<LengthPrefixed, Holder>("10.0.0.1:7000", LengthPrefixed(), &crowd);
  crowd.served.Start();
  const std::uint32_t clients = 1 + simulation.Pick(7);
  for (std::uint32_t i = 0; i < clients; ++i) {
    simulation.AddClient("client " + std::to_string(i), [&crowd] { Client(crowd); });
  }
  crowd.served.Run();
  const WorkerCounters counters = crowd.served.server().Counters();
  simulation.Check(
      counters.reactor.exceptions + counters.connection.construction_failures == crowd.thrown,
      "each exception is counted");
  simulation.Sometimes(crowd.thrown != 0, "a handler throws");
}

}  // namespace edgewise::sim_test
