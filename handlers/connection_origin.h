// ConnectionOrigin: who brought a connection about, and hears of its end.
#pragma once

#include "handlers/peer_address.h"

namespace edgewise {

// Threading: the reactor's thread. Ownership: none; it outlives its connections.
class ConnectionOrigin {
 public:
  virtual ~ConnectionOrigin() = default;
  // A connection with `peer` is over: it is out of epoll, and its descriptor is about to be closed.
  virtual void Left(const PeerAddress& peer) = 0;
};

}  // namespace edgewise
