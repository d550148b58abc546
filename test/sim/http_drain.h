// HttpDrain: a server that is stopped while it is being asked, and what it owes then.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "test/sim/http_exchange.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {

// Threading: that of its simulation. Ownership: borrows the server.
class HttpDrain {
 public:
  // What one client that stayed to the end has to say.
  struct Account {
    SocketAddress local;
    std::size_t owed = 0;  // answers to what had arrived, or begun to, when the server was stopped
    std::vector<HttpExchange> exchanges;
    HttpJudgement judgement;
    Error error = Error::kNone;
    bool half_closed = false;  // before its answers came: it need not be told of the end
  };

  HttpDrain(Served& served, Duration drain_timeout)
      : served_(served), drain_timeout_(drain_timeout) {}

  void StopAfter(Duration delay);
  bool stopped() const { return stopped_at_ != kNever; }

  // --- Told by the service: an answer begins; a connection has ended.
  void Answering(Connection& peer, const HttpWish& wish);
  void Closed();
  // --- Told by the clients.
  void Add(Account account) { accounts_.push_back(std::move(account)); }
  // When all is over.
  void Judge();

 private:
  Served& served_;
  const Duration drain_timeout_;
  Time stopped_at_ = kNever;
  std::set<std::string> late_;  // answers that began when their connection was finishing
  std::vector<Account> accounts_;
};

}  // namespace edgewise::sim_test
