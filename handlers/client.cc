// A call is a connection on its way: it ends before its connection begins.
#include "handlers/client.h"

#include <iterator>
#include <utility>

#include "reactor/check.h"

namespace edgewise {

class Client::Call final : private Connector::Sink {
 public:
  Call(Client& client, Client::Sink& sink, Service::Maker make)
      : client_(client),
        sink_(sink),
        make_(std::move(make)),
        connector_(client.context_.reactor, *this, client.options_.connector) {}

  Connector& connector() { return connector_; }

  std::list<Call>::iterator place;  // among the client's calls

 private:
  void Connected(Handle handle, const SocketAddress& peer) override {
    Client& client = client_;
    Client::Sink& sink = sink_;
    const Service::Maker make = std::move(make_);
    client.EndCall(*this);
    const Error error = StartConnection(client.context_, make, handle, PeerAddress(peer));
    if (error == Error::kNone) return;
    static_cast<void>(client.context_.kernel.Close(handle));
    sink.NotConnected(peer, error);
  }

  void NotConnected(const SocketAddress& target, Error error) override {
    Client::Sink& sink = sink_;
    client_.EndCall(*this);
    sink.NotConnected(target, error);
  }

  Client& client_;
  Client::Sink& sink_;
  Service::Maker make_;
  Connector connector_;
};

Client::Client(Reactor& reactor, const ClientOptions& options)
    : options_(options),
      workspace_(reactor.options().bulk_bytes_max),
      table_(reactor.kernel().DescriptorLimit()),
      guard_(reactor, table_, workspace_.gauge(), options.buffer_bytes_max, options.memory_policy),
      audit_(reactor, table_),
      context_{.reactor = reactor,
               .kernel = reactor.kernel(),
               .workspace = workspace_,
               .table = table_,
               .options = options_.connection,
               .origin = *this,
               .memory = guard_} {
  EDGEWISE_CHECK(options_.connection.Validate().ok(), "an option of connections is out of range");
  audit_.Start();
}

Client::~Client() {
  calls_.clear();
  table_.ForEach(
      [](Connection& connection) { connection.Abort({.cause = CloseCause::kShutdown}); });
  context_.reactor.DrainRetired();
}

void Client::ConnectMade(const std::vector<SocketAddress>& addresses, Sink& sink,
                         Service::Maker make) {
  Call& call = calls_.emplace_back(*this, sink, std::move(make));
  call.place = std::prev(calls_.end());
  call.connector().Connect(addresses);
}

void Client::EndCall(Call& call) {
  connect_counters_.Add(call.connector().counters());
  calls_.erase(call.place);
}

void Client::Left(const PeerAddress& peer) { static_cast<void>(peer); }

}  // namespace edgewise
