// What can be set about a reactor, and every maximum of its queues and loops.
#pragma once

#include <cstddef>
#include <cstdint>

#include "reactor/kernel/time.h"

namespace edgewise {

// How many upcalls are timed for `ReactorCounters::longest_upcall`: each timed one costs two
// readings of the clock (some 25 ns each).
enum class UpcallTiming : std::uint8_t {
  kOff,
  kSampled,  // every upcall of one round in 256
  kEvery,
};

// A value; each has a sensible default.
struct ReactorOptions {
  // Most events fetched by one epoll_wait. More makes fuller batches and later timers.
  std::size_t events_max = 256;
  // Upcalls to bulk handlers in one round: the bound on what a polite handler waits for. 1 to 4.
  std::size_t bulk_slice = 1;
  // Bytes that one upcall to an interactive handler may move before it should answer kPreempted,
  // which makes the handler bulk. A bulk one that drains with no more is interactive again.
  std::size_t interactive_bytes_max = 16 * 1024;
  // The same for a bulk handler: fewer turns, longer ones.
  std::size_t bulk_bytes_max = 128 * 1024;
  // Timers expired in one round; the rest follow in the next.
  std::size_t timers_max = 256;
  // Posted tasks run in one round; the rest follow in the next.
  std::size_t tasks_max = 256;
  // Posted tasks that may wait; beyond, Post answers kFull.
  std::size_t mailbox_max = 1 << 20;
  // Time spent polling before the thread blocks, as long as that pays. Zero: never. A lone quiet
  // connection answers two to three times as often with 50 us, at the price of a busier core.
  Duration spin_budget = Duration::zero();
  // See UpcallTiming.
  UpcallTiming upcall_timing = UpcallTiming::kSampled;
};

}  // namespace edgewise
