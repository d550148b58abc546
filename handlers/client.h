// Client: connections to servers, on one reactor: what a worker is to a server, for the other end.
//
// A connection made here is a Connection like any other: a codec cuts what comes, a handler of your
// own is told (OnOpen when it is connected), and all that is said in connection.h about reading,
// writing, ending, holds and limits holds for it. What differs is who began: a Connector brings the
// connection about, and where it cannot, the sink hears why.
#pragma once

#include <cstddef>
#include <list>
#include <utility>
#include <vector>

#include "handlers/connection_context.h"
#include "handlers/connector.h"
#include "handlers/edge_audit.h"
#include "handlers/service.h"

namespace edgewise {

// A value.
struct ClientOptions {
  // How each connection is brought about: timeouts, pauses, retries.
  ConnectorOptions connector = {};
  // Of the connections. (Idle ones are closed after a while by default, as a server's are.)
  ConnectionOptions connection = {};
  // Bytes in the buffers of all connections together.
  std::size_t buffer_bytes_max = std::size_t{1} << 30;
  // What happens when they are spent.
  MemoryPolicy memory_policy = MemoryPolicy::kPause;
};

// Threading: the reactor's thread. Ownership: of its connections and of the attempts under way. The
// reactor must outlive it. Limits: as many connections as there are descriptors; an attempt beyond
// fails with kProcessLimit.
//
//   class Greeter final : public edgewise::FrameHandler {
//     void OnOpen(edgewise::Connection& peer) override { peer.Send("hello"); }
//     void OnFrame(edgewise::Connection& peer, std::string_view frame) override { ... }
//   };
//
//   edgewise::Client client(reactor);
//   client.Connect<edgewise::LengthPrefixed, Greeter>({address}, sink, {});
class Client final : private ConnectionOrigin {
 public:
  // Hears why there is no connection; of one that there is, its handler hears.
  class Sink {
   public:
    virtual ~Sink() = default;
    // Given up, or no connection could be made of the descriptor: what came of the address that
    // failed last. The handler was not made, or was destroyed without OnOpen.
    virtual void NotConnected(const SocketAddress& target, Error error) = 0;
  };

  // REQUIRES: options.connection.Validate() is OK.
  explicit Client(Reactor& reactor, const ClientOptions& options = {});
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  // Drops attempts and ends connections at once (OnClose: kShutdown). REQUIRES: the reactor is not
  // in a round.
  ~Client() override;

  // Brings about one connection to one of `addresses`, in the manner of RFC 8305. Its handler is
  // constructed from copies of `arguments`. `sink` must live until the handler's OnOpen or its own
  // NotConnected, which may come before this returns. REQUIRES: at least one address.
  template <Codec CodecType, typename Handler, typename... Arguments>
  void Connect(const std::vector<SocketAddress>& addresses, Sink& sink, CodecType codec,
               Arguments... arguments) {
    ConnectMade(addresses, sink,
                MakerOf<CodecType, Handler>(std::move(codec), std::move(arguments)...));
  }
  // The same for a connection that is made otherwise.
  void ConnectMade(const std::vector<SocketAddress>& addresses, Sink& sink, Service::Maker make);

  // Connections that are on their way.
  std::size_t connecting() const { return calls_.size(); }
  // The connections that are open: to find one by its ConnectionRef, or to go through all.
  ConnectionTable& table() { return table_; }
  // What the constructor was given.
  Reactor& reactor() { return context_.reactor; }
  // Of all connections made here, those that are gone included. The reference lives as long as
  // this.
  const ConnectionCounters& connection_counters() const { return context_.counters; }
  // Of the attempts that have ended.
  const ConnectCounters& connect_counters() const { return connect_counters_; }

 private:
  class Call;

  void Left(const PeerAddress& peer) override;
  void EndCall(Call& call);

  const ClientOptions options_;
  Workspace workspace_;
  ConnectionTable table_;
  MemoryGuard guard_;
  EdgeAudit audit_;
  ConnectionContext context_;
  ConnectCounters connect_counters_;
  std::list<Call> calls_;
};

}  // namespace edgewise
