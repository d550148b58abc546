// Tally: what one thread saw, or all of them together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "bench/edgewrk/latency_histogram.h"

namespace edgewise::wrk {

// Each request is sent once and ends in one way: answered, failed, or in flight at the end. Times
// are those of the client's own clock. "In the window" is from the end of the warm-up to the end of
// the duration; what was in flight then is waited for a while longer.
//
// Threading: a value, used by one thread at a time.
struct Tally {
  // --- Requests.
  std::uint64_t answered_before = 0;  // in the warm-up
  std::uint64_t carried = 0;          // sent before the window, unanswered when it began
  std::uint64_t sent = 0;             // in the window
  std::uint64_t answered = 0;         // in the window
  std::uint64_t answered_later = 0;   // after it
  std::uint64_t failed = 0;           // the connection was lost before the answer was complete
  std::uint64_t in_flight = 0;        // never answered
  std::uint64_t never_sent = 0;       // due in the window, but the connection had no room
  std::uint64_t timeouts = 0;         // of all these: took longer than the timeout

  // --- What was wrong with answers.
  std::uint64_t unsolicited = 0;  // there was no request for it
  std::uint64_t wrong = 0;        // echo and frame: not the bytes that were sent
  std::uint64_t malformed = 0;    // http: no response, by the codec's judgement
  std::string malformed_reason;   // of the first
  // http: by status code; of answers in the window, and after it.
  static constexpr std::size_t kStatuses = 1000;
  using Statuses = std::array<std::uint64_t, kStatuses>;
  Statuses statuses{};
  Statuses statuses_later{};
  // Above 399, as wrk counts.
  static std::uint64_t Bad(const Statuses& statuses);
  // http: answers with another body than the first one.
  std::uint64_t other_bodies = 0;

  // --- Bytes. (An answer with its head.)
  std::uint64_t bytes_received = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t body_bytes_min = ~std::uint64_t{0};
  std::uint64_t body_bytes_max = 0;

  // --- Connections.
  std::uint64_t connected = 0;
  std::uint64_t connect_errors = 0;
  std::uint64_t read_errors = 0;       // lost while an answer was awaited
  std::uint64_t write_errors = 0;      // … in sending
  std::uint64_t closed_by_server = 0;  // with nothing in flight, or as announced
  // What was said of lost connections, and of those that did not come about; each how often.
  std::map<std::string, std::uint64_t> complaints;

  // --- Times.
  LatencyHistogram raw;        // from the moment of sending
  LatencyHistogram scheduled;  // from the moment when the request was due
  LatencyHistogram send_lag;   // from when a request was due and could be sent until it was

  // The sum over answered requests of their raw latencies, for Little's law. Nanoseconds.
  long double raw_sum = 0;

  void Add(const Tally& other);
  // What a sound run has none of.
  std::uint64_t errors() const {
    return failed + in_flight + timeouts + unsolicited + wrong + malformed + Bad(statuses) +
           Bad(statuses_later) + connect_errors + read_errors + write_errors;
  }
};

}  // namespace edgewise::wrk
