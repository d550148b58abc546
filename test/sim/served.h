// Served: a server under simulation, its clients' accounts of what they got, and the comparison of
// the two.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "handlers/edgewise.h"
#include "reactor/kernel/simulated/simulation.h"

namespace edgewise::sim_test {

// How a client ended its side.
enum class Ending : std::uint8_t {
  kComplete,  // it said all it had to say, then its end, and waited for the server's
  kClosed,    // it closed without waiting
  kReset,     // it broke off
  kBroken,    // as kComplete, but it broke the protocol and waited for the farewell
};

// Threading: that of its simulation. Ownership: of the server.
class Served {
 public:
  Served(sim::Simulation& simulation, ServerOptions options,
         SignalPolicy signals = SignalPolicy::kNone);
  ~Served();

  Server& server() { return *server_; }
  sim::Simulation& simulation() { return simulation_; }
  sim::World& world() { return simulation_.world(); }
  // Opens the ports, on a usual day; afterwards address() is known.
  void Start();
  const SocketAddress& address() const { return server_->addresses().front(); }
  // Runs the server and the clients, stops it, then compares. `before_stop` is called between.
  void Run(absl::AnyInvocable<void()> before_stop = [] {});
  // Server::Run is under way: it listens for signals.
  bool running() const { return running_; }
  // When Server::Run returned.
  Time ended_at() const { return ended_at_; }
  // From now on somebody stops the server with clients under way.
  void StoppedEarly() { stopped_early_ = true; }

  // --- Told by the service's handlers.
  void Opened(Connection& peer);
  void Closed(Connection& peer, const CloseReason& reason);
  // A close of the service's own making is expected for this connection.
  void Excuse(const Connection& peer) { excused_.push_back(peer.peer().ToString()); }
  // Exceptions leave the service's upcalls.
  void ExpectExceptions() { exceptions_expected_ = true; }

  // --- Told by the clients: what came, and what should have.
  void Compare(sim::SimulatedPeer& peer, const SocketAddress& local, std::string answers,
               Ending ending);

  std::size_t open() const { return open_; }
  // Why the last connection from there ended; null: there was none, or it is open.
  const CloseReason* ReasonOf(const SocketAddress& client) const;
  // The process came to its end in Server::Run.
  bool exited() const { return simulation_.kernel().exit_code() >= 0; }

 private:
  struct Account {
    SocketAddress local;
    std::string received;
    std::string answers;
    Ending ending;
    bool ended;
    Error error;
  };
  struct Life {
    std::size_t opens = 0;
    std::vector<CloseReason> closes;
  };

  void Judge(const Account& account);
  void JudgeCause(const Account& account, const CloseReason& reason);
  void JudgeCounters(const WorkerCounters& counters);

  sim::Simulation& simulation_;
  std::unique_ptr<Server> server_;
  std::size_t open_ = 0;
  bool running_ = false;
  Time ended_at_ = kNever;
  bool stopped_early_ = false;
  bool exceptions_expected_ = false;
  std::map<std::string, Life> lives_;  // by the client's address
  std::vector<std::string> excused_;
  std::vector<Account> accounts_;
};

}  // namespace edgewise::sim_test
