// ServicePort: one service on one reactor: its Acceptor, and what its connections share.
#pragma once

#include "handlers/acceptor.h"
#include "handlers/admissions.h"
#include "handlers/connection_context.h"
#include "handlers/memory_guard.h"
#include "handlers/service.h"

namespace edgewise {

// Threading: the reactor's thread. Ownership: of the listening descriptor; everything referred to
// must outlive it, and it must outlive its connections.
class ServicePort final : private Acceptor::Sink, private ConnectionOrigin {
 public:
  // Accepts nothing before Open.
  ServicePort(const Service& service, Admissions& admissions, Reactor& reactor,
              Workspace& workspace, ConnectionTable& table, MemoryGuard& guard,
              const AcceptorOptions& acceptor_options);

  // Acceptor::Open and Close:
  [[nodiscard]] Error Open(Handle listener, Watch watch) { return acceptor_.Open(listener, watch); }
  void Close() { acceptor_.Close(); }

  // Of its master socket, and of its connections, also those that are gone:
  const AcceptCounters& accept_counters() const { return acceptor_.counters(); }
  const ConnectionCounters& connection_counters() const { return context_.counters; }

 private:
  bool HasRoom() override;
  bool Take(Handle handle, const SocketAddress& peer) override;
  void Left(const PeerAddress& peer) override;
  bool Admit(const PeerAddress& peer);

  const Service& service_;
  Admissions& admissions_;
  ConnectionContext context_;
  Acceptor acceptor_;
};

}  // namespace edgewise
