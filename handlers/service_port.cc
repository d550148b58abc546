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
  if (!Admit(address)) return false;
  const Error error = StartConnection(context_, service_.make, handle, address);
  if (error != Error::kNone) admissions_.Leave(address);
  return error == Error::kNone;
}

bool ServicePort::Admit(const PeerAddress& peer) {
  try {
    return admissions_.Admit(peer) == Admissions::Verdict::kAdmitted;
  } catch (...) {
    ++context_.counters.construction_failures;
    return false;
  }
}

}  // namespace edgewise
