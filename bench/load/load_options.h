// The command line of edgewise-load, as a value.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "bench/load/client_socket.h"
#include "bench/load/request.h"
#include "reactor/kernel/time.h"

namespace edgewise::load {

enum class Mode : std::uint8_t { kLoad, kIdle, kFair };

struct LoadOptions {
  Mode mode = Mode::kLoad;
  Protocol protocol = Protocol::kEcho;
  Target target;
  std::size_t connections = 64;
  // Requests in flight on each connection.
  std::size_t depth = 1;
  // Of echo and frame: bytes of payload in a request.
  std::size_t payload_bytes = 64;
  // How long is measured, after the warm-up. Not used when `requests` is set.
  Duration duration = std::chrono::seconds(1);
  Duration warmup = std::chrono::milliseconds(100);
  // An exact number of requests in all; 0 measures for `duration` instead.
  std::uint64_t requests = 0;
  // Longest silence before the run is called a failure.
  Duration patience = std::chrono::seconds(30);
  // The process whose CPU time is reported with the result; 0 for none.
  pid_t server_pid = 0;
  // Idle connections to hold.
  std::size_t idle = 0;
};

// Reads the command line; prints what is wrong, or the help, and exits where there is nothing to
// do.
LoadOptions ParseLoadOptions(int argc, char** argv);

}  // namespace edgewise::load
