// What can be set about a server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "handlers/acceptor.h"
#include "handlers/connection_options.h"
#include "handlers/memory_guard.h"
#include "reactor/reactor_options.h"

namespace edgewise {

class AccessLog;
class Kernel;

// Who answers SIGINT and SIGTERM.
enum class SignalPolicy : std::uint8_t {
  kDrain,  // Run: the first one drains, a second one exits at once; SIGUSR1 prints the counters
  kNone,   // the program itself; it calls Stop
};

struct ServerOptions {
  // Where Serve listens: "127.0.0.1:9000", "[::1]:9000", "unix:/path". Port 0: the system chooses.
  std::string listen = "127.0.0.1:0";
  // Run says in the log where it listens, with the port that the system chose, a line for each
  // address: "edgewise: listening on 127.0.0.1:9000".
  bool announce = false;
  // Reactors, each in a thread of its own with a master socket of its own (SO_REUSEPORT).
  int threads = 1;
  // How long connections may take to finish after Stop, SIGINT or SIGTERM.
  Duration drain_timeout = std::chrono::seconds(10);
  // Connections at once. 0: somewhat less than half of the descriptor limit.
  std::size_t connections_max = 0;
  // Connections at once from one IP address. 0: no such limit.
  std::size_t connections_per_address_max = 0;
  // Bytes in the buffers of all connections together, and what to do when they are spent:
  std::size_t buffer_bytes_max = std::size_t{1} << 30;
  MemoryPolicy memory_policy = MemoryPolicy::kPause;
  // Connections that the kernel keeps for us before they are accepted.
  int backlog = 4096;
  // Who answers the signals of the process.
  SignalPolicy signals = SignalPolicy::kDrain;

  // Of each connection, each worker's reactor, and each master socket:
  ConnectionOptions connection = {};
  ReactorOptions reactor = {};
  AcceptorOptions acceptor = {};

  // Where HTTP requests are written; null: nowhere. It must outlive the server.
  AccessLog* access_log = nullptr;

  // Null: the real one.
  Kernel* kernel = nullptr;
};

}  // namespace edgewise
