// What the connections of a service count.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "reactor/close_reason.h"

namespace edgewise {

// A value; a copy is a snapshot. Written by one reactor's thread only.
struct ConnectionCounters {
  // Connections that were registered with the reactor, and those of them that have ended:
  std::uint64_t opened = 0;
  std::uint64_t closed = 0;
  std::uint64_t construction_failures = 0;  // the service threw before it was ready
  std::uint64_t finish_failures = 0;        // the service threw when it was told of the stop
  // System calls; those that answered "would block"; sends that took less than they were given; and
  // bytes that went through the socket:
  std::uint64_t receives = 0;
  std::uint64_t sends = 0;
  std::uint64_t would_blocks = 0;
  std::uint64_t short_sends = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_discarded = 0;  // came after we had closed
  // Delivered by the codec (parts count as one each), and refused by it:
  std::uint64_t frames = 0;
  std::uint64_t malformed = 0;
  std::uint64_t truncated_frames = 0;  // begun, and the stream ended
  std::uint64_t holds = 0;             // times reading was held
  // Connections that were ended at once with CloseCause::kOverflow.
  std::uint64_t overflows = 0;
  std::uint64_t sends_refused = 0;  // Send on a connection that is closing or closed
  std::uint64_t stall_pardons = 0;  // deadlines not held against the peer (late loop, input waits)
  std::uint64_t lost_edges = 0;     // found by the audit, and mended; anything but 0 is a bug
  // Requests that the access log did not take a line for.
  std::uint64_t log_lines_dropped = 0;
  // HTTP answers by the first digit of their status.
  std::array<std::uint64_t, 6> answers{};
  // Malformed input by the reason that the codec gave, as far as there is room.
  static constexpr std::size_t kReasonsMax = 40;
  // One reason and how often it was given; null words: not in use.
  struct Reason {
    const char* words = nullptr;  // live for ever
    // How often.
    std::uint64_t count = 0;
  };
  // In the order of their first coming. Reasons beyond kReasonsMax are in `malformed` only.
  std::array<Reason, kReasonsMax> malformed_for{};
  // By CloseCause.
  std::array<std::uint64_t, kCloseCauseCount> closes{};

  // Counts `reason`, which must live for ever; equal words are one reason.
  void CountMalformed(const char* reason, std::uint64_t times = 1);
  // Adds each to its own.
  void Add(const ConnectionCounters& other);
  // "name value" lines.
  std::string ToString() const;
};

}  // namespace edgewise
