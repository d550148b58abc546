// Worker: everything that one thread of a server owns.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "handlers/acceptor.h"
#include "handlers/admissions.h"
#include "handlers/connection_table.h"
#include "handlers/edge_audit.h"
#include "handlers/memory_guard.h"
#include "handlers/service_port.h"
#include "handlers/workspace.h"
#include "reactor/reactor.h"
#include "reactor/timer.h"

namespace edgewise {

// A value.
struct WorkerOptions {
  // Which of the server's workers it is.
  std::uint32_t index = 0;
  // Of its reactor, and of each of its master sockets:
  ReactorOptions reactor = {};
  AcceptorOptions acceptor = {};
  // Bytes in the buffers of all connections of this worker.
  std::size_t buffer_bytes_max = std::size_t{1} << 30;
  // What happens when they are spent.
  MemoryPolicy memory_policy = MemoryPolicy::kPause;
};

// What a worker counted. A value.
struct WorkerCounters {
  // Of its reactor, of all of its ports together, and of its budget:
  ReactorCounters reactor;
  AcceptCounters accept;
  ConnectionCounters connection;
  MemoryCounters memory;

  // Adds each to its own.
  void Add(const WorkerCounters& other);
  // "name value" lines.
  std::string ToString() const;
};

// One reactor, its table of connections, and a port for each service.
//
// Threading: one thread; only the reactor's Post and Stop from others. Ownership: all of it.
class Worker final : private Timer {
 public:
  // `kernel` and `admissions` must outlive it; `options` are copied. Ask status() before anything
  // else.
  Worker(Kernel& kernel, Admissions& admissions, const WorkerOptions& options);
  // Closes what is still open.
  ~Worker() override;

  // Why the reactor could not be opened; kNone if it was.
  Error status() const { return reactor_.status(); }
  // Begins to accept for `service`, which must outlive the worker. The descriptor is the worker's
  // if the answer is kNone.
  [[nodiscard]] Error AddPort(const Service& service, Handle listener, Watch watch);

  // Stops accepting, lets every connection finish what it has begun, and stops the reactor when the
  // last one is gone, or has been cut off after `timeout`.
  void Drain(Duration timeout);

  // Runs all of it; and the connections that are open, of all ports:
  Reactor& reactor() { return reactor_; }
  ConnectionTable& table() { return table_; }
  // A snapshot. REQUIRES: the worker's thread, or that it does not run.
  WorkerCounters counters() const;

 private:
  // How often a draining worker looks whether everybody is gone.
  static constexpr Duration kDrainLook = std::chrono::milliseconds(5);

  void HandleTimeout(Time now) override;
  void CutOffAll();
  void AbortAll(CloseCause cause);

  const WorkerOptions options_;
  Reactor reactor_;
  Workspace workspace_;
  ConnectionTable table_;
  Admissions& admissions_;
  MemoryGuard guard_;
  EdgeAudit audit_;
  std::vector<std::unique_ptr<ServicePort>> ports_;
  Time drain_deadline_ = kNever;  // kNever: not draining
};

}  // namespace edgewise
