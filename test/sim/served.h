// Served: a server under simulation, its clients' accounts of what they got, and the comparison of
// the two.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/edgewise.h"
#include "reactor/kernel/simulated/simulation.h"

namespace edgewise::sim_test {

// How a client ended its side.
enum class Ending : std::uint8_t {
  kComplete,  // it said all it had to say, then its end, and waited for the server's
  kClosed,    // it closed without waiting
  kReset,     // it broke off
};

// Threading: that of its simulation. Ownership: of the server.
class Served {
 public:
  Served(sim::Simulation& simulation, ServerOptions options);

  Server& server() { return server_; }
  sim::Simulation& simulation() { return simulation_; }
  sim::World& world() { return simulation_.world(); }
  // Opens the ports, on a usual day; afterwards address() is known.
  void Start();
  const SocketAddress& address() const { return server_.addresses().front(); }
  // Runs the server and the clients, stops it, then compares.
  void Run();
  // The same, but the server is stopped at that time with clients under way.
  void StopAt(Duration after);

  // --- Told by the service's handlers.
  void Opened(Connection& peer);
  void Closed(Connection& peer, const CloseReason& reason);
  // A close of the service's own making is expected for this connection.
  void Excuse(const Connection& peer) { excused_.push_back(peer.peer().ToString()); }

  // --- Told by the clients: what came, and what should have.
  void Compare(sim::SimulatedPeer& peer, const SocketAddress& local, std::string answers,
               Ending ending);

  std::size_t open() const { return open_; }

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
  Server server_;
  std::size_t open_ = 0;
  bool stopped_early_ = false;
  std::map<std::string, Life> lives_;  // by the client's address
  std::vector<std::string> excused_;
  std::vector<Account> accounts_;
};

}  // namespace edgewise::sim_test
