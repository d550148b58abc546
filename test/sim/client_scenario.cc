// Connections that the framework makes to itself: every way in which connecting can go wrong.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "handlers/client.h"
#include "handlers/edgewise.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"
#include "test/sim/served_echo.h"
#include "test/sim/witness.h"

namespace edgewise::sim_test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Caller;

// One wish to be connected, and what came of it. Threading: the caller's.
class Call final : public Client::Sink {
 public:
  void NotConnected(const SocketAddress& target, Error error) override;

  Caller* caller = nullptr;
  std::vector<std::string> messages;
  std::size_t window = 1;  // messages that are sent ahead of their echoes
  bool has_server = false;
  Time begun{};
  // What came.
  std::size_t opens = 0;
  std::size_t refusals = 0;
  std::size_t echoes = 0;
  SocketAddress local;
  std::optional<CloseReason> closed;
};

// Threading: the thread of its reactor. Ownership: of all but the server.
class Caller final : private Timer {
 public:
  Caller(sim::Simulation& simulation, Served& served);

  void Serve();
  bool served_all() const { return served_all_; }
  // When the server has ended, too.
  void JudgeEnds();

  // --- Told by the calls and their handlers.
  void Opened(Call& call, Connection& peer);
  void Closed(Call& call, const CloseReason& reason);
  void Refused(Call& call, Error error);
  sim::Simulation& simulation() { return simulation_; }

 private:
  void Begin(Call& call);
  void Judge(const ConnectCounters& counters);
  void HandleTimeout(Time now) override;
  void Over() {
    if (++over_ == calls_.size()) reactor_->Stop();
  }

  sim::Simulation& simulation_;
  Served& served_;
  std::unique_ptr<Reactor> reactor_;
  const ClientOptions options_;
  std::unique_ptr<Client> client_;
  std::vector<Call> calls_;
  std::size_t begun_ = 0;
  std::size_t over_ = 0;
  Time leave_at_ = kNever;  // ends then, though its calls may not have
  bool served_all_ = false;
};

void Call::NotConnected(const SocketAddress&, Error error) { caller->Refused(*this, error); }

// Sends messages, so many ahead, and compares what comes back.
class Talker final : public FrameHandler {
 public:
  Talker(Caller* caller, Call* call) : caller_(*caller), call_(*call) {}
  void OnOpen(Connection& peer) override {
    caller_.Opened(call_, peer);
    SendAhead(peer);
  }
  void OnFrame(Connection& peer, std::string_view frame) override {
    caller_.simulation().Check(
        call_.echoes < call_.messages.size() && frame == call_.messages[call_.echoes],
        "an echo is what was sent, in order");
    ++call_.echoes;
    if (call_.echoes == call_.messages.size()) return peer.Close();
    SendAhead(peer);
  }
  void OnClose(Connection&, const CloseReason& reason) override { caller_.Closed(call_, reason); }

 private:
  void SendAhead(Connection& peer) {
    for (; sent_ < std::min(call_.messages.size(), call_.echoes + call_.window); ++sent_) {
      static_cast<void>(peer.Send(call_.messages[sent_]));
    }
  }

  Caller& caller_;
  Call& call_;
  std::size_t sent_ = 0;
};

ClientOptions DrawOptions(sim::Simulation& simulation) {
  constexpr Duration kTimeouts[] = {seconds(10), seconds(200), milliseconds(1), microseconds(15)};
  constexpr Duration kDelays[] = {milliseconds(250), microseconds(5), Duration::zero()};
  ClientOptions options;
  options.connection = {.idle_timeout = kForever,
                        .frame_timeout = kForever,
                        .write_timeout = kForever,
                        .linger_timeout = kForever};
  options.connector.timeout = kTimeouts[simulation.Pick(std::size(kTimeouts))];
  options.connector.attempt_delay = kDelays[simulation.Pick(std::size(kDelays))];
  options.connector.retries_max = simulation.Pick(4);
  options.connector.back_off_min = milliseconds(1 + simulation.Pick(100));
  options.connector.back_off_max = milliseconds(150);
  return options;
}

Caller::Caller(sim::Simulation& simulation, Served& served)
    : simulation_(simulation),
      served_(served),
      reactor_(std::make_unique<Reactor>(simulation.kernel())),
      options_(DrawOptions(simulation)),
      calls_(1 + simulation.Pick(6)) {}

void Caller::Serve() {
  client_ = std::make_unique<Client>(*reactor_, options_);
  const std::uint32_t leaves = simulation_.Pick(6);
  if (leaves == 1) leave_at_ = reactor_->now() + microseconds(simulation_.Pick(2000));
  HandleTimeout(reactor_->now());
  reactor_->Run();
  Timer::Cancel();
  simulation_.Sometimes(client_->connecting() != 0, "destroyed while it connects");
  const std::size_t under_way = client_->connecting();
  const ConnectCounters counters = client_->connect_counters();
  client_.reset();
  reactor_.reset();
  if (under_way == 0) Judge(counters);
  served_all_ = true;
}

void Caller::Begin(Call& call) {
  const SocketAddress others[] = {
      *SocketAddress::Parse("10.0.0.2:9"), *SocketAddress::Parse("[::1]:9"),
      *SocketAddress::Parse("127.0.0.1:9"), *SocketAddress::Parse("192.0.2.1:9")};
  std::vector<SocketAddress> addresses;
  for (std::uint32_t i = simulation_.Pick(4); i != 0; --i) {
    addresses.push_back(others[simulation_.Pick(std::size(others))]);
  }
  call.caller = this;
  call.has_server = addresses.empty() || simulation_.Pick(5) != 1;
  if (call.has_server) {
    const auto place = simulation_.Pick(static_cast<std::uint32_t>(addresses.size() + 1));
    addresses.insert(addresses.begin() + place, served_.address());
  }
  constexpr std::size_t kSizes[] = {5, 0, 300, 4000, 60'000};
  for (std::uint32_t i = 1 + simulation_.Pick(6); i != 0; --i) {
    call.messages.push_back(Pattern(kSizes[simulation_.Pick(std::size(kSizes))], i));
  }
  call.window = 1 + simulation_.Pick(6);
  call.begun = simulation_.now();
  client_->Connect<LengthPrefixed, Talker>(addresses, call, LengthPrefixed(), this, &call);
}

// Calls are begun one after the other, each after a while.
void Caller::HandleTimeout(Time now) {
  if (now >= leave_at_) return reactor_->Stop();
  if (begun_ < calls_.size()) Begin(calls_[begun_++]);
  const Time next = begun_ < calls_.size() ? now + microseconds(simulation_.Pick(300)) : leave_at_;
  if (next != kNever) reactor_->timers().Arm(*this, std::min(next, leave_at_));
}

void Caller::Opened(Call& call, Connection& peer) {
  simulation_.Check(++call.opens == 1 && call.refusals == 0, "a call ends once: with OnOpen");
  sim::SimulatedKernel& kernel = simulation_.kernel();
  simulation_.Check(kernel.PollNow(peer.handle(), kEpollOut) != 0,
                    "who is connected is not still on the way");
  call.local = kernel.LocalAddress(peer.handle()).address;
  simulation_.Check(peer.peer().ToString() == served_.address().ToString(),
                    "who is connected is connected to the server");
}

void Caller::Closed(Call& call, const CloseReason& reason) {
  simulation_.Check(call.opens == 1 && !call.closed, "there is one OnClose for an OnOpen");
  call.closed = reason;
  simulation_.world().Mark("the client closed: " + std::string(CloseCauseName(reason.cause)));
  Over();
}

void Caller::Refused(Call& call, Error error) {
  simulation_.Check(++call.refusals == 1 && call.opens == 0, "a call ends once: with NotConnected");
  simulation_.Check(error != Error::kNone && error != Error::kInProgress, "there is a reason");
  simulation_.Check(error != Error::kInterrupted, "a signal ends no call");
  simulation_.world().Mark("not connected: " + ErrorText(error));
  simulation_.Check(!call.has_server || simulation_.kernel().faults_met() != 0 ||
                        options_.connector.timeout < seconds(1),
                    "who can be connected is");
  simulation_.Check(error != Error::kTimedOut || simulation_.kernel().faults_met() != 0 ||
                        options_.connector.timeout < seconds(1),
                    "who is refused hears of it before the time is over");
  const ConnectorOptions& options = options_.connector;
  const auto rounds = static_cast<std::int64_t>(options.retries_max + 1);
  const bool stalled = simulation_.world().chooser().taken(sim::ChoicePoint::kStall) != 0;
  simulation_.Check(stalled || simulation_.now() - call.begun <=
                                   rounds * (options.timeout + options.back_off_max) + seconds(1),
                    "a call ends in time");
  Over();
}

void Caller::Judge(const ConnectCounters& counters) {
  simulation_.Check(counters.attempts == counters.connected + counters.failures + counters.dropped,
                    "what began has ended");
  simulation_.Check(counters.attempts >= begun_ + counters.retries, "each round tries somebody");
  simulation_.Sometimes(counters.retries != 0, "tried again");
  simulation_.Sometimes(counters.timeouts != 0, "a round took too long");
  simulation_.Sometimes(counters.dropped != 0 && counters.timeouts == 0, "the faster one won");
  simulation_.Sometimes(counters.connected != 0 && counters.failures != 0, "another address won");
  const bool hung_up = simulation_.world().chooser().taken(sim::ChoicePoint::kSpuriousHangup) != 0;
  simulation_.Sometimes(hung_up, "a hang-up before the verdict");
}

void Caller::JudgeEnds() {
  const bool network_broke = simulation_.world().chooser().taken(sim::ChoicePoint::kReset) != 0;
  for (const Call& call : calls_) {
    if (call.opens == 0) continue;
    simulation_.Check(call.closed.has_value(), "there is an OnClose for each OnOpen");
    const CloseReason* server = served_.ReasonOf(call.local);
    const std::string who = call.local.ToString() + ", closed for " + CloseReasonText(*call.closed);
    if (server == nullptr || call.closed->cause == CloseCause::kShutdown) continue;
    const bool whole = call.echoes == call.messages.size();
    const bool fine = call.closed->cause == CloseCause::kLocal && whole;
    simulation_.Check(fine || network_broke, who + ": all was echoed, unless somebody broke it");
  }
}

}  // namespace

void Clients(sim::Simulation& simulation) {
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(2));
  options.connection.idle_timeout = options.connection.frame_timeout =
      options.connection.write_timeout = options.connection.linger_timeout = kForever;
  Served served(simulation, std::move(options));
  served.server().ServeOn<LengthPrefixed, ServedEcho>("10.0.0.1:7000", LengthPrefixed(), &served);
  served.Start();
  Caller caller(simulation, served);
  simulation.AddThread("caller", [&] { caller.Serve(); });
  AddWitness(simulation, [&] { return caller.served_all(); });
  served.Run();
  caller.JudgeEnds();
}

}  // namespace edgewise::sim_test
