// RealEnd: what the real kernel knows of one of its sockets, without its being polled.
#pragma once

#include <cstdint>

#include "reactor/kernel/io_result.h"

namespace edgewise::differential {

// A look at a socket that changes nothing (TCP_INFO, SO_MEMINFO): poll(2) would have a full socket
// owe an edge. A value.
struct RealEnd {
  enum class Life : std::uint8_t { kClosed, kConnecting, kListening, kOpen, kPeerFinished };

  Life life = Life::kClosed;
  std::uint64_t received = 0;        // TCP: bytes that have arrived, a FIN being one more
  std::uint64_t unsent = 0;          // TCP: bytes that have not left, a FIN being one more
  std::uint64_t unacknowledged = 0;  // TCP: the same
  std::uint64_t acknowledged = 0;    // TCP: how many ever were
  bool is_writeable = true;          // there is room enough for OUT
  bool dropped = false;              // TCP: something that arrived was thrown away

  bool is_alive() const { return life == Life::kOpen || life == Life::kPeerFinished; }

  static RealEnd OfTcp(Handle handle);
  static RealEnd OfUnix(Handle handle);
};

}  // namespace edgewise::differential
