// A server that is told to stop with clients under way: by a thread, by a signal, by two of them.
//
// What a client's system knows to have arrived (it was acknowledged) before the stop is answered,
// and the server ends by its deadline. A second signal ends the process at once.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "handlers/connection_context.h"
#include "handlers/edgewise.h"
#include "test/sim/injected.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {
namespace {

constexpr int kSigTerm = 15;
constexpr int kExitBySigTerm = 128 + kSigTerm;
// What the threads need to hear of it, when nobody stops them.
constexpr Duration kSlack = std::chrono::milliseconds(50);
constexpr Duration kStallMax = std::chrono::seconds(5);
// Stalls and slow networks included.
constexpr Duration kSoon = std::chrono::seconds(20);

enum class StopBy : std::uint32_t { kThread, kSignal, kTwoSignals, kTwoThreads, kCount };

// One client, as far as it matters to who judges it later.
struct Talk {
  std::string sent;                    // all that it has to say
  std::vector<std::size_t> cuts;       // ends of frames in it
  std::size_t taken = 0;               // by its socket, in bytes
  sim::SimulatedPeer* peer = nullptr;  // while it lasts
  SocketAddress local;
  Time quiet_since = kNever;  // has all its answers, and waits for the server's end
  std::size_t owed = 0;       // bytes of answers, at the least
  std::size_t received = 0;
};

struct Drained {
  Drained(sim::Simulation& simulation, ServerOptions options, SignalPolicy signals)
      : timeout(options.drain_timeout), served(simulation, std::move(options), signals) {}
  const Duration timeout;
  Time stopped_at = kNever;
  InjectedAccepts injected_before;  // the stop
  Served served;
  std::vector<std::unique_ptr<Talk>> talks;
};

// Answers some requests at once, others later.
class LateEcho final : public FrameHandler, private Timer {
 public:
  explicit LateEcho(Drained* drained) : drained_(*drained) {}
  void OnOpen(Connection& peer) override { drained_.served.Opened(peer); }
  void OnFrame(Connection& peer, std::string_view frame) override {
    if (drained_.served.simulation().Pick(5) != 1) {
      static_cast<void>(peer.Send(frame));
      return;
    }
    peer_ = &peer;
    owed_ = frame;
    peer.HoldReading();
    const auto wait = std::chrono::milliseconds(1 + drained_.served.simulation().Pick(40));
    peer.context().reactor.ArmAfter(*this, wait);
  }
  void OnClose(Connection& peer, const CloseReason& reason) override {
    Cancel();
    drained_.served.Closed(peer, reason);
    if (reason.cause != CloseCause::kShutdownTimeout) return;
    sim::Simulation& simulation = drained_.served.simulation();
    simulation.Check(simulation.now() >= drained_.stopped_at + drained_.timeout,
                     "nobody is cut off before the drain timeout is over");
    for (const auto& talk : drained_.talks) {
      if (talk->local.ToString() != peer.peer().ToString()) continue;
      const Time since = std::max(talk->quiet_since, drained_.stopped_at);
      simulation.Check(since == kNever || simulation.now() - since < kSoon,
                       "who says no more is not waited for until the drain timeout");
    }
  }

 private:
  void HandleTimeout(Time) override {
    if (peer_->finishing()) drained_.served.world().Mark("an answer after the stop");
    static_cast<void>(peer_->Send(owed_));
    peer_->ReleaseReading();
  }

  Drained& drained_;
  Connection* peer_ = nullptr;
  std::string owed_;
};

// A frame, counted as it is taken.
bool Says(sim::SimulatedPeer& peer, Talk& talk, std::size_t end) {
  while (talk.taken < end && !peer.over()) {
    const std::size_t taken =
        peer.SendSome(std::string_view(talk.sent).substr(talk.taken, end - talk.taken));
    talk.taken += taken;
    if (taken == 0 && !peer.TakeSome(16384)) peer.Await();
  }
  return !peer.over();
}

void Client(Drained& drained, Talk& talk) {
  Served& served = drained.served;
  sim::Simulation& simulation = served.simulation();
  simulation.world().threads().WaitUntil(simulation.now() +
                                         std::chrono::microseconds(simulation.Pick(20'000)));
  sim::SimulatedPeer peer(simulation.clients(), served.address());
  talk.local = simulation.clients().LocalAddress(peer.handle()).address;
  talk.peer = &peer;
  const bool in_turns = simulation.Pick(2) == 0;
  bool goes_on = !peer.over();
  for (std::size_t i = 0; i < talk.cuts.size() && goes_on; ++i) {
    goes_on = Says(peer, talk, talk.cuts[i]);
    if (in_turns) goes_on = goes_on && peer.ReceiveExactly(talk.cuts[i] - peer.taken()).size() != 0;
    if (simulation.Pick(3) == 1) peer.Wait(std::chrono::microseconds(simulation.Pick(10'000)));
  }
  const bool is_complete = goes_on && !peer.over();
  if (is_complete && simulation.Pick(3) == 1) {
    static_cast<void>(peer.ReceiveExactly(talk.sent.size() - peer.taken()));
    if (!peer.over()) talk.quiet_since = simulation.now();
  } else if (is_complete) {
    peer.Finish();
  }
  static_cast<void>(peer.ReceiveToEnd());
  talk.peer = nullptr;
  talk.received = peer.received().size();
  served.Compare(peer, talk.local, talk.sent, is_complete ? Ending::kComplete : Ending::kClosed);
}

// What has arrived is owed its answers, up to the end of the request that has begun.
void NoteArrived(Drained& drained) {
  sim::SimulatedKernel& clients = drained.served.simulation().clients();
  for (const auto& talk : drained.talks) {
    if (talk->peer == nullptr || talk->peer->over()) continue;
    const IoResult left = clients.UnacknowledgedBytes(talk->peer->handle());
    const std::size_t arrived = talk->taken - std::min(talk->taken, left.ok() ? left.bytes() : 0);
    // What is begun, too: its rest is on its way.
    std::size_t begin = 0;
    for (const std::size_t cut : talk->cuts) {
      if (begin < arrived) talk->owed = cut;
      begin = cut;
    }
    drained.served.simulation().Sometimes(talk->owed > talk->peer->received().size(),
                                          "stopped with a request unanswered");
  }
}

void SecondSignal(Drained& drained) {
  Served& served = drained.served;
  sim::Simulation& simulation = served.simulation();
  sim::Threads& threads = simulation.world().threads();
  threads.WaitUntil(simulation.now() + std::chrono::microseconds(simulation.Pick(30'000)));
  // One that comes before the first was read is none: the system keeps no count of them.
  while (served.running() && simulation.kernel().log().empty()) {
    threads.WaitUntil(simulation.now() + std::chrono::milliseconds(1));
  }
  if (!served.running()) return;
  simulation.kernel().Raise(kSigTerm);
  const std::uint64_t stalls = simulation.world().chooser().taken(sim::ChoicePoint::kStall);
  threads.WaitUntil(simulation.now() + kSlack + static_cast<int>(stalls) * kStallMax);
  simulation.Check(served.exited() || !served.running(), "a second signal ends the process now");
  if (!served.exited()) return;
  simulation.Check(simulation.kernel().exit_code() == kExitBySigTerm, "the shell's code for it");
  simulation.world().Mark("a second signal ended it");
}

void Stopper(Drained& drained, StopBy how) {
  Served& served = drained.served;
  sim::Simulation& simulation = served.simulation();
  sim::Threads& threads = simulation.world().threads();
  threads.WaitUntil(simulation.now() + std::chrono::microseconds(simulation.Pick(40'000)));
  NoteArrived(drained);
  served.StoppedEarly();
  drained.stopped_at = simulation.now();
  drained.injected_before = CountInjectedAccepts(simulation.world().chooser());
  if (how == StopBy::kThread || how == StopBy::kTwoThreads) {
    served.server().Stop();
  } else {
    simulation.kernel().Raise(kSigTerm);
  }
  if (how == StopBy::kTwoSignals) SecondSignal(drained);
  if (how != StopBy::kTwoThreads) return;
  threads.WaitUntil(simulation.now() + std::chrono::microseconds(simulation.Pick(30'000)));
  served.server().Stop();
}

// How many clients may have been lost with the errors that were injected before they were served.
std::size_t LostBeforeAccepted(const Drained& drained, const sim::Chooser& chooser) {
  const InjectedAccepts injected = CountInjectedAccepts(chooser);
  const InjectedAccepts& before = drained.injected_before;
  // At the limit peers are shed; and who cannot accept when the listener closes leaves them there.
  // Who only waited to try again, or for an edge, takes them then.
  const bool all_may_be = injected.process_limits != 0 || injected.back_offs != before.back_offs ||
                          injected.would_blocks != before.would_blocks;
  if (all_may_be) return drained.talks.size();
  return static_cast<std::size_t>(injected.of_peers +
                                  chooser.taken(sim::ChoicePoint::kEpollAddError));
}

void JudgeDrain(Drained& drained) {
  Served& served = drained.served;
  sim::Simulation& simulation = served.simulation();
  const auto taken = [&](sim::ChoicePoint point) { return served.world().chooser().taken(point); };
  const auto stalls = static_cast<int>(taken(sim::ChoicePoint::kStall));
  simulation.Check(
      served.ended_at() <= drained.stopped_at + drained.timeout + kSlack + stalls * kStallMax,
      "the server ends by its deadline");
  std::size_t lost = 0;
  for (const auto& talk : drained.talks) {
    if (talk->owed == 0) continue;
    const CloseReason* reason = served.ReasonOf(talk->local);
    if (reason == nullptr) {
      lost += taken(sim::ChoicePoint::kReset) == 0 ? 1 : 0;
      continue;
    }
    if (reason->cause == CloseCause::kShutdownTimeout || reason->cause == CloseCause::kReset) {
      continue;
    }
    // No kernel says "would block" of what is there: that fault may end a request's hearing.
    if (taken(sim::ChoicePoint::kWouldBlock) != 0) continue;
    simulation.Check(talk->received >= talk->owed,
                     talk->local.ToString() + ": what had arrived before the stop is answered");
    served.world().Mark("answered what had arrived");
  }
  simulation.Check(lost <= LostBeforeAccepted(drained, served.world().chooser()),
                   "who had connected before the stop is served");
}

}  // namespace

void Drain(sim::Simulation& simulation) {
  constexpr Duration kTimeouts[] = {std::chrono::seconds(30), std::chrono::milliseconds(300),
                                    std::chrono::milliseconds(20)};
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(3));
  options.drain_timeout = kTimeouts[simulation.Pick(std::size(kTimeouts))];
  options.connection.idle_timeout = options.connection.frame_timeout =
      options.connection.write_timeout = options.connection.linger_timeout = std::chrono::hours(10);
  const auto how = static_cast<StopBy>(simulation.Pick(static_cast<std::uint32_t>(StopBy::kCount)));
  const bool by_signal = how == StopBy::kSignal || how == StopBy::kTwoSignals;
  Drained drained(simulation, std::move(options),
                  by_signal ? SignalPolicy::kDrain : SignalPolicy::kNone);
  drained.served.server().ServeOn<LengthPrefixed, LateEcho>("10.0.0.1:7000", LengthPrefixed(),
                                                            &drained);
  drained.served.Start();
  const std::uint32_t clients = 1 + simulation.Pick(8);
  constexpr std::uint32_t kSizes[] = {5, 0, 300, 5000, 40'000};
  for (std::uint32_t i = 0; i < clients; ++i) {
    auto talk = std::make_unique<Talk>();
    for (std::uint32_t left = 1 + simulation.Pick(6); left != 0; --left) {
      const std::size_t size = kSizes[simulation.Pick(std::size(kSizes))];
      talk->sent += LengthFramed(Pattern(size, talk->sent.size()));
      talk->cuts.push_back(talk->sent.size());
    }
    drained.talks.push_back(std::move(talk));
    Talk& told = *drained.talks.back();
    simulation.AddClient("client " + std::to_string(i), [&] { Client(drained, told); });
  }
  // Not a thread of the process that it ends.
  simulation.AddClient("stopper", [&] { Stopper(drained, how); });
  drained.served.Run();
  if (!drained.served.exited()) JudgeDrain(drained);
}

}  // namespace edgewise::sim_test
