// Opening a master socket, with errors that say what to do.
#pragma once

#include "absl/status/statusor.h"
#include "reactor/kernel/kernel.h"

namespace edgewise {

// Whether other listeners may share the port, each with a queue of its own (SO_REUSEPORT).
enum class PortSharing : std::uint8_t {
  kAlone,
  kFirst,  // fails if anybody listens there already, then lets others join
  kJoin,
};

// A value.
struct ListenOptions {
  // Connections that the kernel completes and keeps before they are accepted; it clamps this to
  // net.core.somaxconn.
  int backlog = 4096;
  // Whether others may listen there, too.
  PortSharing sharing = PortSharing::kAlone;
};

// A listening, non-blocking socket bound to `address`. Connections accepted from it have
// TCP_NODELAY set (they inherit it, so no system call is spent on it). A path left behind by a
// server that is gone is removed. The descriptor is the caller's.
//
// Errors name the address, the cause and the remedy: kAlreadyExists (in use), kPermissionDenied,
// kFailedPrecondition (no such address or family here), kUnavailable.
absl::StatusOr<Handle> OpenListener(Kernel& kernel, const SocketAddress& address,
                                    const ListenOptions& options = {});

}  // namespace edgewise
