// What the connections of a service count.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "reactor/close_reason.h"

namespace edgewise {

// A value; a copy is a snapshot. Written by one reactor's thread only.
struct ConnectionCounters {
  std::uint64_t opened = 0;
  std::uint64_t closed = 0;
  std::uint64_t construction_failures = 0;  // the service threw before it was ready
  std::uint64_t finish_failures = 0;        // the service threw when it was told of the stop
  std::uint64_t receives = 0;
  std::uint64_t sends = 0;
  std::uint64_t would_blocks = 0;
  std::uint64_t short_sends = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_discarded = 0;  // came after we had closed
  std::uint64_t frames = 0;
  std::uint64_t malformed = 0;
  std::uint64_t truncated_frames = 0;  // begun, and the stream ended
  std::uint64_t holds = 0;             // times reading was held
  std::uint64_t overflows = 0;
  std::uint64_t sends_refused = 0;  // Send on a connection that is closing or closed
  std::uint64_t stall_pardons = 0;  // deadlines not held against the peer (late loop, input waits)
  std::uint64_t lost_edges = 0;     // found by the audit, and mended; anything but 0 is a bug
  std::uint64_t log_lines_dropped = 0;
  // HTTP answers by the first digit of their status.
  std::array<std::uint64_t, 6> answers{};
  // Malformed input by the reason that the codec gave, as far as there is room.
  static constexpr std::size_t kReasonsMax = 40;
  struct Reason {
    const char* words = nullptr;  // live for ever
    std::uint64_t count = 0;
  };
  std::array<Reason, kReasonsMax> malformed_for{};
  // By CloseCause.
  std::array<std::uint64_t, kCloseCauseCount> closes{};

  void CountMalformed(const char* reason, std::uint64_t times = 1);
  void Add(const ConnectionCounters& other);
  // "name value" lines.
  std::string ToString() const;
};

}  // namespace edgewise
