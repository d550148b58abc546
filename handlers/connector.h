// Connector: brings about one connection to a server that may have several addresses, may not
// answer, and may come back later.
//
// The addresses are tried in the manner of RFC 8305: families in turn, beginning with that of the
// first address; the next one as well when the one before has not ended after `attempt_delay`, or
// at once when it has failed. The first that connects wins, the others are dropped. When all have
// failed, or `timeout` is over, the round is: another one begins after a pause that doubles from
// round to round and has chance in it, so that a thousand clients do not come back in one moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "handlers/connect_attempt.h"
#include "reactor/reactor.h"
#include "reactor/timer.h"

namespace edgewise {

// A value.
struct ConnectorOptions {
  // For one round over all addresses, absolute.
  Duration timeout = std::chrono::seconds(10);
  // Until the next address is tried beside the one that has not answered (RFC 8305, 5).
  Duration attempt_delay = std::chrono::milliseconds(250);
  // Rounds after the first.
  std::size_t retries_max = 0;
  // The pause before a round: between half of it and all of it, doubled each time:
  Duration back_off_min = std::chrono::milliseconds(100);
  Duration back_off_max = std::chrono::seconds(10);
  // Where connections come from; no address: the kernel chooses. Port 0: any.
  SocketAddress source{};
};

// A value; a copy is a snapshot.
struct ConnectCounters {
  std::uint64_t attempts = 0;  // sockets that were opened
  // Sockets that were given to the sink, connected.
  std::uint64_t connected = 0;
  std::uint64_t failures = 0;  // attempts that the system or the peer refused
  std::uint64_t timeouts = 0;  // rounds that took too long
  std::uint64_t dropped = 0;   // attempts that another was faster than, or that were cancelled
  std::uint64_t retries = 0;   // rounds after the first

  // Adds each to its own.
  void Add(const ConnectCounters& other);
  // "name value" lines.
  std::string ToString() const;
};

// The order of RFC 8305, 4: the families in turn, each in the order given.
std::vector<SocketAddress> InterleaveFamilies(const std::vector<SocketAddress>& addresses);

// Threading: the reactor's thread. Ownership: of the sockets until the sink gets one. The reactor
// must outlive it and run one more round after it (Reactor::DrainRetired does).
//
//   class Dialer : public edgewise::Connector::Sink {
//    public:
//     void Connected(Handle handle, const SocketAddress& peer) override { ... }
//     void NotConnected(const SocketAddress& target, Error error) override { ... }
//     ...
//   };
//
//   edgewise::Connector connector(reactor, dialer);
//   connector.Connect({*SocketAddress::Parse("[::1]:80"), *SocketAddress::Parse("127.0.0.1:80")});
class Connector final : private Timer, private ConnectAttempt::Sink {
 public:
  // Who wants the connection. Each Connect ends with one of the two, unless it is cancelled.
  class Sink {
   public:
    virtual ~Sink() = default;
    // `handle` is connected, registered nowhere, and the sink's. The connector may be used again,
    // or destroyed (here and below): the addresses are valid until the call returns all the same.
    virtual void Connected(Handle handle, const SocketAddress& peer) = 0;
    // Given up: what came of the address that failed last. kTimedOut if none has answered.
    virtual void NotConnected(const SocketAddress& target, Error error) = 0;
  };

  // `sink` must outlive it too; `options` are copied.
  Connector(Reactor& reactor, Sink& sink, ConnectorOptions options = {});
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  ~Connector() override { Cancel(); }

  // The sink is told of the end, possibly before this returns. REQUIRES: not busy(); at least one
  // address.
  void Connect(const std::vector<SocketAddress>& addresses);
  // The sink hears no more.
  void Cancel();
  // Between Connect and the sink's being told, or Cancel.
  bool busy() const { return busy_; }

  // Of all that was tried with it. Valid as long as it is.
  const ConnectCounters& counters() const { return counters_; }

 private:
  void BeginRound();
  void TryNext();
  void AttemptEnded(ConnectAttempt& attempt, Handle handle, Error error) override;
  void Failed(const SocketAddress& target, Error error);
  void Win(Handle handle, const SocketAddress& peer);
  void EndRound();
  void DropAttempts();
  void HandleTimeout(Time now) override;

  Reactor& reactor_;
  Connector::Sink& sink_;
  const ConnectorOptions options_;
  std::vector<SocketAddress> addresses_;
  std::vector<ConnectAttempt*> attempts_;  // under way
  std::size_t next_ = 0;                   // of addresses_
  std::size_t rounds_left_ = 0;
  Duration back_off_{};
  Time round_deadline_ = kNever;
  SocketAddress failed_;  // last
  Error error_ = Error::kNone;
  bool busy_ = false;
  ConnectCounters counters_;
};

}  // namespace edgewise
