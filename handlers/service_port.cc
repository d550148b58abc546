// From an accepted descriptor to a connection in the table.
#include "handlers/service_port.h"

#include <memory>
#include <utility>

namespace edgewise {

ServicePort::ServicePort(const Service& service, Admissions& admissions, Reactor& reactor,
                         Workspace& workspace, ConnectionTable& table, MemoryGuard& guard,
                         const AcceptorOptions& acceptor_options)
    : service_(service),
      admissions_(admissions),
      context_{.reactor = reactor,
               .kernel = reactor.kernel(),
               .workspace = workspace,
               .table = table,
               .options = service.options,
               .origin = *this,
               .memory = guard,
               .access_log = service.access_log},
      acceptor_(reactor, *this, acceptor_options) {}

bool ServicePort::HasRoom() { return admissions_.HasRoom() && !context_.memory.over(); }

void ServicePort::Left(const PeerAddress& peer) {
  admissions_.Leave(peer);
  acceptor_.RoomMade();
}

bool ServicePort::Take(Handle handle, const SocketAddress& peer) {
  const PeerAddress address(peer);
  std::unique_ptr<Connection> connection;
  bool admitted = false;
  Error error = Error::kNoMemory;
  try {
    admitted = admissions_.Admit(address) == Admissions::Verdict::kAdmitted;
    if (!admitted) return false;
    connection = service_.make(context_, address);
    error = connection->Open(handle);
  } catch (...) {
    // The service's constructor threw, or memory ran out: this one peer is refused.
    ++context_.counters.construction_failures;
  }
  if (error != Error::kNone) {
    if (admitted) admissions_.Leave(address);
    return false;
  }
  context_.table.Insert(std::move(connection)).Start();
  return true;
}

}  // namespace edgewise
