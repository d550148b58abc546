// Tasks posted to the workers of a server from outside and from each other, small mailboxes, and
// answers sent by a connection's weak name.
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "handlers/connection_context.h"
#include "handlers/edgewise.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {
namespace {

constexpr std::size_t kTasksMax = 300;
constexpr std::size_t kOutside = 100;
// What a task waits for at the most, unless somebody is stopped: those before it, and as many
// rounds.
constexpr Duration kSlack = std::chrono::milliseconds(10);

// A connection, as those know it who only have its weak name.
struct Known {
  ConnectionTable* table;
  ConnectionRef ref;
  std::string sent;  // all that was accepted for sending
  bool closed = false;
};

class Office {
 public:
  Office(sim::Simulation& simulation, ServerOptions options)
      : served(simulation, std::move(options)) {}

  // `poster` is a thread outside (from kOutside on), or the worker in whose thread this is called.
  void Post(std::size_t poster, std::size_t worker);
  // Waits until everything that was taken has run.
  void AwaitAll();
  Known& Remember(Connection& peer) {
    known_.push_back(
        std::make_unique<Known>(Known{.table = &peer.context().table, .ref = peer.ref()}));
    by_address_[peer.peer().ToString()] = known_.back().get();
    return *known_.back();
  }
  // All that was accepted for sending to that client.
  std::string SentTo(const SocketAddress& client) const {
    const auto known = by_address_.find(client.ToString());
    return known == by_address_.end() ? std::string() : known->second->sent;
  }
  void Judge();

  Served served;

 private:
  struct Errand {
    std::size_t poster;
    std::size_t worker;
    std::uint64_t number;
    Time posted_at;
  };
  void Run(const Errand& errand, Worker& where);
  void SendTo(Worker& where);

  std::vector<std::unique_ptr<Known>> known_;
  std::map<std::string, Known*> by_address_;
  std::uint64_t posted_ = 0;
  std::uint64_t ran_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t thrown_ = 0;
  std::uint64_t last_given_ = 0;
  // By poster and worker: the highest number that has run.
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> last_ran_;
};

void Office::Post(std::size_t poster, std::size_t worker) {
  if (posted_ + refused_ >= kTasksMax) return;
  const std::uint64_t number = ++last_given_;
  // Before the post: it may have run when that returns.
  ++posted_;
  const Errand errand{poster, worker, number, served.simulation().now()};
  const PostResult posted =
      served.server().Post(worker, [errand, this](Worker& where) { Run(errand, where); });
  if (posted == PostResult::kPosted) return;
  served.simulation().Check(posted == PostResult::kFull, "a reactor that runs takes posts");
  served.world().Mark("refused: full");
  --posted_;
  ++refused_;
}

void Office::Run(const Errand& errand, Worker& where) {
  sim::Simulation& simulation = served.simulation();
  ++ran_;
  const bool stalled = served.world().chooser().taken(sim::ChoicePoint::kStall) != 0;
  simulation.Check(stalled || simulation.now() - errand.posted_at <= kSlack, "no task is late");
  // Numbers grow; one that ran already, or was overtaken, is not above the last.
  std::uint64_t& last = last_ran_[{errand.poster, errand.worker}];
  simulation.Check(errand.number > last, "what one poster posts runs once, in its order");
  last = errand.number;
  const auto workers = static_cast<std::uint32_t>(served.server().threads());
  for (std::uint32_t on = simulation.Pick(3); on != 0; --on)
    Post(errand.worker, simulation.Pick(workers));
  if (simulation.Pick(2) == 1) SendTo(where);
  if (simulation.Pick(20) == 1) {
    ++thrown_;
    served.ExpectExceptions();
    throw std::runtime_error("a task's own");
  }
}

// To anybody that has ever been there, by the weak name.
void Office::SendTo(Worker& where) {
  if (known_.empty()) return;
  sim::Simulation& simulation = served.simulation();
  Known& known = *known_[simulation.Pick(static_cast<std::uint32_t>(known_.size()))];
  if (known.table != &where.table()) return;
  Connection* found = where.table().Find(known.ref);
  if (found == nullptr) {
    simulation.Check(known.closed, "who is open is found");
    simulation.world().Mark("a task finds nobody");
    if (where.table().Find(known.ref.handle) != nullptr) {
      simulation.world().Mark("a task finds somebody else's descriptor");
    }
    return;
  }
  const std::string payload = Pattern(simulation.Pick(500));
  const SendResult sent = found->Send(payload);
  simulation.Check(sent == SendResult::kAccepted || found->write_side() != WriteSide::kOpen,
                   "who is open takes what is sent");
  if (sent != SendResult::kAccepted) return;
  simulation.Check(!known.closed, "who is closed takes nothing");
  known.sent += LengthFramed(payload);
  simulation.world().Mark("a task sends");
}

void Office::AwaitAll() {
  sim::Simulation& simulation = served.simulation();
  const Time begin = simulation.now();
  while (ran_ != posted_) {
    simulation.world().threads().WaitUntil(simulation.now() + std::chrono::milliseconds(10));
    const auto stalls =
        static_cast<int>(simulation.world().chooser().taken(sim::ChoicePoint::kStall));
    simulation.Check(simulation.now() - begin <= (1 + stalls) * Duration(std::chrono::seconds(10)),
                     "every task that was taken runs");
  }
}

void Office::Judge() {
  sim::Simulation& simulation = served.simulation();
  const ReactorCounters counters = served.server().Counters().reactor;
  simulation.Check(ran_ == posted_, "every task that was taken ran");
  // The stop is a task for each worker, too.
  simulation.Check(counters.tasks_run == ran_ + served.server().threads(), "each task is counted");
  simulation.Check(counters.exceptions == thrown_, "each exception is counted");
  simulation.Sometimes(thrown_ != 0, "a task throws");
  simulation.Sometimes(ran_ > 100, "a storm");
}

class Recipient final : public FrameHandler {
 public:
  explicit Recipient(Office* office) : office_(*office) {}
  void OnOpen(Connection& peer) override {
    office_.served.Opened(peer);
    known_ = &office_.Remember(peer);
  }
  void OnFrame(Connection& peer, std::string_view frame) override {
    if (peer.Send(frame) == SendResult::kAccepted) known_->sent += LengthFramed(frame);
  }
  void OnClose(Connection& peer, const CloseReason& reason) override {
    known_->closed = true;
    office_.served.Closed(peer, reason);
  }

 private:
  Office& office_;
  Known* known_ = nullptr;
};

void Client(Office& office) {
  Served& served = office.served;
  sim::Simulation& simulation = served.simulation();
  sim::SimulatedPeer peer(simulation.clients(), served.address());
  const SocketAddress local = simulation.clients().LocalAddress(peer.handle()).address;
  for (std::uint32_t left = 1 + simulation.Pick(5); left != 0 && !peer.over(); --left) {
    if (!peer.Send(LengthFramed(Pattern(simulation.Pick(2000))))) break;
    peer.Wait(std::chrono::microseconds(simulation.Pick(2000)));
    while (peer.TakeSome(16384)) {
    }
  }
  const bool leaves = simulation.Pick(3) == 1;
  if (leaves) {
    peer.Close();
  } else {
    peer.Finish();
    static_cast<void>(peer.ReceiveToEnd());
  }
  // What follows an end that was received is sent to nobody.
  served.Compare(peer, local, office.SentTo(local), leaves ? Ending::kClosed : Ending::kComplete);
}

}  // namespace

void Posting(sim::Simulation& simulation) {
  constexpr std::size_t kMailboxes[] = {std::size_t{1} << 20, 64, 8};
  ServerOptions options;
  options.threads = 2 + static_cast<int>(simulation.Pick(3));
  options.reactor.mailbox_max = kMailboxes[simulation.Pick(std::size(kMailboxes))];
  options.reactor.tasks_max = 256 >> simulation.Pick(9);
  options.connection.idle_timeout = options.connection.frame_timeout =
      options.connection.write_timeout = options.connection.linger_timeout = std::chrono::hours(10);
  const auto workers = static_cast<std::uint32_t>(options.threads);
  Office office(simulation, std::move(options));
  office.served.server().ServeOn<LengthPrefixed, Recipient>("10.0.0.1:7000", LengthPrefixed(),
                                                            &office);
  office.served.Start();
  const std::uint32_t clients = 1 + simulation.Pick(5);
  for (std::uint32_t i = 0; i < clients; ++i) {
    simulation.AddClient("client " + std::to_string(i), [&office] {
      // Whoever comes again may get the descriptor of one that tasks remember.
      const std::uint32_t times = 1 + office.served.simulation().Pick(4);
      for (std::uint32_t left = times; left != 0; --left) Client(office);
    });
  }
  // Threads of the same process; but waited for, as clients are, before the server is stopped.
  const std::uint32_t posters = 1 + simulation.Pick(3);
  for (std::uint32_t i = 0; i < posters; ++i) {
    simulation.AddClient("poster " + std::to_string(i), [&office, i, workers] {
      sim::Simulation& own = office.served.simulation();
      for (std::uint32_t left = 1 + own.Pick(40); left != 0; --left) {
        office.Post(kOutside + i, own.Pick(workers));
        const std::uint32_t pause = own.Pick(4);
        if (pause == 1) own.world().threads().MaybeYield();
        if (pause > 1) {
          own.world().threads().WaitUntil(own.now() + std::chrono::microseconds(own.Pick(1000)));
        }
      }
      office.AwaitAll();
    });
  }
  office.served.Run();
  office.Judge();
}

}  // namespace edgewise::sim_test
