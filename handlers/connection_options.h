// The limits of a connection. Each has a safe default.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "reactor/kernel/time.h"

namespace edgewise {

// A value, shared by all connections of a service. kForever switches a timeout off.
struct ConnectionOptions {
  // Closes a connection that had nothing to do in either direction for so long (never sooner, at
  // most a fourth later), while nothing is held, begun or queued on it.
  Duration idle_timeout = std::chrono::seconds(75);
  // From the first byte of a frame to its last, absolute: bytes that trickle in do not extend it.
  Duration frame_timeout = std::chrono::seconds(30);
  // A message that comes in parts (an HTTP request) has these two instead. From its first byte to
  // the end of its first part (the header block), absolute.
  Duration head_timeout = std::chrono::seconds(10);
  // How far the rest of it (the body) may fall behind `body_rate_min`, in bytes per second, counted
  // from the end of the head. A pause costs its length, each byte wins some of it back, and what
  // comes faster is not saved up: no pause may be longer than this. A rate of 0: only that:
  Duration body_timeout = std::chrono::seconds(20);
  std::size_t body_rate_min = 500;
  // HTTP requests on one connection: the answer to the last of them says that it closes. Nothing
  // here grows with their number; to close now and then spreads clients over threads and machines.
  std::uint32_t requests_max = 1'000'000;
  // How long the peer may take none of our output at all, judged by what it has acknowledged.
  Duration write_timeout = std::chrono::seconds(30);
  // After we have finished sending: how long the peer's own end is awaited, its input discarded.
  Duration linger_timeout = std::chrono::seconds(2);

  // Bytes of pending output above which reading is held, and at which it goes on again:
  std::size_t high_water = 1024 * 1024;
  std::size_t low_water = 256 * 1024;
  // Bytes of pending output at which the connection is given up (CloseCause::kOverflow).
  std::size_t outbound_bytes_max = 64 * 1024 * 1024;

  // kInvalidArgument, naming the option, what is wrong and what would be right.
  absl::Status Validate() const;
};

}  // namespace edgewise
