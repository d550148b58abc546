// From a connected descriptor to a connection in the table.
#include "handlers/service.h"

#include <memory>
#include <utility>

namespace edgewise {

Error StartConnection(ConnectionContext& context, const Service::Maker& make, Handle handle,
                      const PeerAddress& peer) {
  std::unique_ptr<Connection> connection;
  try {
    connection = make(context, peer);
  } catch (...) {
    // The handler's constructor threw, or memory ran out: this one peer is refused.
    ++context.counters.construction_failures;
    return Error::kNoMemory;
  }
  const Error error = connection->Open(handle);
  if (error != Error::kNone) return error;
  context.table.Insert(std::move(connection)).Start();
  return Error::kNone;
}

}  // namespace edgewise
