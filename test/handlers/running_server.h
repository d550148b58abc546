// RunningServer: a server that serves in a thread of its own until the end of the scope.
#pragma once

#include <thread>

#include "handlers/edgewise.h"

namespace edgewise::handlers_test {

// Threading: the test's own thread. Ownership: of its thread; the server must outlive it.
//
//   Server server({.signals = SignalPolicy::kNone});
//   server.Serve<LengthPrefixed, Echo>();
//   RunningServer running(server);
class RunningServer {
 public:
  // Fails the running test if the server does not start.
  explicit RunningServer(Server& server);
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() { Stop(); }

  // Stops it and waits. The answer of Run.
  int Stop();
  // Waits for the end that somebody else brings about.
  int Join();

 private:
  Server& server_;
  std::thread thread_;
  int exit_code_ = -1;
};

}  // namespace edgewise::handlers_test
