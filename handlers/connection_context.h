// ConnectionContext: what all connections of one service on one reactor share.
#pragma once

#include "handlers/connection_counters.h"
#include "handlers/connection_options.h"
#include "handlers/connection_origin.h"
#include "handlers/connection_table.h"
#include "handlers/memory_guard.h"
#include "handlers/workspace.h"
#include "reactor/reactor.h"

namespace edgewise {

class AccessLog;

// Threading: the reactor's thread. Ownership: none but the counters; the rest must outlive it, and
// it must outlive the connections that were made with it.
struct ConnectionContext {
  Reactor& reactor;
  Kernel& kernel;  // the reactor's
  Workspace& workspace;
  ConnectionTable& table;
  const ConnectionOptions& options;
  ConnectionOrigin& origin;
  MemoryGuard& memory;
  AccessLog* access_log = nullptr;  // null: none
  ConnectionCounters counters{};
};

}  // namespace edgewise
