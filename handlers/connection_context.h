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
  // What runs the connections.
  Reactor& reactor;
  Kernel& kernel;  // the reactor's
  // What is lent to whoever has its turn, who is there, their limits, who is told when one is gone,
  // and the budget for all of their buffers:
  Workspace& workspace;
  ConnectionTable& table;
  const ConnectionOptions& options;
  ConnectionOrigin& origin;
  MemoryGuard& memory;
  AccessLog* access_log = nullptr;  // null: none
  // Of the connections made with it, also of those that are gone.
  ConnectionCounters counters{};
};

}  // namespace edgewise
