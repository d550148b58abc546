// What odd servers do.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "bench/edgewrk/selftest/odd_server.h"
#include "reactor/kernel/time.h"

namespace edgewise::wrk {

// What a server itself counted, for comparison. Shared by its connections' threads.
struct OddCounters {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> odd{0};  // that were answered in the odd way
  // How long requests really waited here, by the server's own clock: a machine that is busy with
  // other things delays the server, too, and that is then what is true. Nanoseconds.
  std::atomic<std::uint64_t> delays{0};
  std::atomic<std::uint64_t> delay_sum{0};
  std::atomic<std::uint64_t> delay_max{0};

  void AddDelay(Duration delay, std::uint64_t times);
  double mean_delay_ms() const;
  double max_delay_ms() const;
};

// "HTTP/1.1 200 OK" with the body "ok", or another status.
std::string OddAnswer(int status = 200);

// Each keeps a reference to `counters`, which must outlive the server.
OddServer::Behaviour Silent(OddCounters& counters);
// Each request is answered `answers` times, in one piece, after `delay`.
OddServer::Behaviour Answering(OddCounters& counters, Duration delay, int answers = 1,
                               int status = 200);
// `depth` requests are waited for, and answered together after `delay`.
OddServer::Behaviour Batching(OddCounters& counters, int depth, Duration delay);
// Answering after `delay`, but for one request, the `which`-th (from 1), after `stall`.
OddServer::Behaviour Stalling(OddCounters& counters, Duration delay, std::uint64_t which,
                              Duration stall);
// Each `period`-th request gets half a body and then a reset.
OddServer::Behaviour ResettingInBody(OddCounters& counters, std::uint64_t period);
// Of `period` requests, the last `burst` are answered with 503.
OddServer::Behaviour Bursting(OddCounters& counters, std::uint64_t period, std::uint64_t burst);
// One request on each connection; `said` tells whether the answer announces it.
enum class Said : std::uint8_t { kYes, kNo };
OddServer::Behaviour ClosingEachTime(OddCounters& counters, Said said);
// Answers come byte by byte, each in a segment of its own.
OddServer::Behaviour Trickling(OddCounters& counters);

}  // namespace edgewise::wrk
