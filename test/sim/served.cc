// Every byte and every ending is accounted for.
#include "test/sim/served.h"

#include <algorithm>
#include <utility>

namespace edgewise::sim_test {
namespace {

ServerOptions On(sim::SimulatedKernel& kernel, ServerOptions options, SignalPolicy signals) {
  options.kernel = &kernel;
  options.signals = signals;
  return options;
}

bool IsTimeout(CloseCause cause) {
  return cause == CloseCause::kIdleTimeout || cause == CloseCause::kFrameTimeout ||
         cause == CloseCause::kBodyTimeout || cause == CloseCause::kWriteTimeout ||
         cause == CloseCause::kLingerTimeout;
}

// All that was due has left before it.
bool IsOrderly(CloseCause cause) {
  return cause == CloseCause::kEndOfStream || cause == CloseCause::kLocal ||
         cause == CloseCause::kRequestsMax || cause == CloseCause::kMalformed;
}

}  // namespace

Served::Served(sim::Simulation& simulation, ServerOptions options, SignalPolicy signals)
    : simulation_(simulation),
      server_(std::make_unique<Server>(On(simulation.kernel(), std::move(options), signals))) {}

// What stood in the memory of a process that has exited went with it.
Served::~Served() {
  if (exited()) static_cast<void>(server_.release());
}

void Served::Start() {
  const absl::Status status = server_->Start();
  simulation_.Check(status.ok(), "a server starts on a usual day: " +
                                     std::string(status.message().data(), status.message().size()));
}

void Served::Run(absl::AnyInvocable<void()> before_stop) {
  simulation_.AddThread("server", [this] {
    running_ = true;
    simulation_.Check(server_->Run() == 0, "a server that was told to stop exits with 0");
    running_ = false;
    ended_at_ = simulation_.now();
  });
  simulation_.Run([this, &before_stop] {
    before_stop();
    if (!exited()) server_->Stop();
  });
  if (exited()) return;
  simulation_.Check(open_ == 0, "there is an OnClose for each OnOpen");
  for (const auto& [address, life] : lives_) {
    simulation_.Check(life.opens == life.closes.size(), address + ": as many ends as beginnings");
  }
  for (const Account& account : accounts_) Judge(account);
  JudgeCounters(server_->Counters());
}

void Served::Opened(Connection& peer) {
  ++open_;
  ++lives_[peer.peer().ToString()].opens;
}

void Served::Closed(Connection& peer, const CloseReason& reason) {
  --open_;
  lives_[peer.peer().ToString()].closes.push_back(reason);
  world().Mark("closed: " + std::string(CloseCauseName(reason.cause)));
}

const CloseReason* Served::ReasonOf(const SocketAddress& client) const {
  const auto life = lives_.find(client.ToString());
  return life == lives_.end() || life->second.closes.empty() ? nullptr
                                                             : &life->second.closes.back();
}

void Served::Compare(sim::SimulatedPeer& peer, const SocketAddress& local, std::string answers,
                     Ending ending) {
  accounts_.push_back(
      {local, peer.received(), std::move(answers), ending, peer.ended(), peer.error()});
}

void Served::Judge(const Account& account) {
  const std::string who = account.local.ToString();
  simulation_.Check(account.answers.starts_with(account.received),
                    who + ": what came is the beginning of what should, in order, once");
  const auto life = lives_.find(who);
  if (life == lives_.end()) {
    simulation_.Check(account.received.empty(), who + ": who was never served got nothing");
    world().Mark("a client that was never served");
    return;
  }
  JudgeCause(account, life->second.closes.back());
}

void Served::JudgeCause(const Account& account, const CloseReason& reason) {
  const std::string who = account.local.ToString() + ", closed for " + CloseReasonText(reason);
  const bool excused =
      std::find(excused_.begin(), excused_.end(), account.local.ToString()) != excused_.end();
  const bool is_whole = account.received == account.answers;
  const bool network_broke = world().chooser().taken(sim::ChoicePoint::kReset) != 0;
  const bool stalled = world().chooser().taken(sim::ChoicePoint::kStall) != 0;
  const bool shut =
      reason.cause == CloseCause::kShutdown || reason.cause == CloseCause::kShutdownTimeout;
  const bool stayed = account.ending == Ending::kComplete || account.ending == Ending::kBroken;
  simulation_.Check(
      (reason.cause != CloseCause::kException || excused) &&
          (reason.cause != CloseCause::kMalformed || account.ending == Ending::kBroken),
      who + ": nobody threw, and nobody broke the protocol");
  if (reason.cause == CloseCause::kEndOfStream) {
    simulation_.Check(
        account.ending != Ending::kReset || account.error != Error::kNone || account.ended,
        who + ": a reset is never an end of the stream");
  }
  if (IsOrderly(reason.cause)) {
    simulation_.Check(!stayed || is_whole || excused || account.error != Error::kNone,
                      who + ": an end without an error has everything before it");
  }
  if (!stayed || excused) return;
  simulation_.Check(reason.cause != CloseCause::kReset || network_broke, who + ": nobody broke it");
  simulation_.Check(!IsTimeout(reason.cause) || stalled, who + ": nobody was late");
  simulation_.Check(!shut || stopped_early_, who + ": nobody had stopped the server");
  simulation_.Check(reason.cause != CloseCause::kSystem, who + ": no call failed for good");
}

void Served::JudgeCounters(const WorkerCounters& counters) {
  simulation_.Check(counters.connection.lost_edges == 0, "the audit found no lost edge");
  simulation_.Check(exceptions_expected_ || counters.reactor.exceptions == 0, "nobody threw");
}

}  // namespace edgewise::sim_test
