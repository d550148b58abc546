// LoadRun: a run from its first connection to its last answer.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/functional/function_ref.h"
#include "bench/edgewrk/load_thread.h"
#include "bench/edgewrk/run_plan.h"
#include "bench/edgewrk/tally.h"

namespace edgewise::wrk {

// What came of a run. A value.
struct RunResult {
  Tally tally;  // of all threads
  Timeline timeline;
  std::vector<ThreadResult> threads;
  Duration window{};       // the longest of the threads
  std::size_t opened = 0;  // connections that were open when sending began
  bool interrupted = false;

  // Answers a second in the window.
  double rate() const;
  // From when requests were due, with a rate; else from when they were sent.
  const LatencyHistogram& latency(const RunPlan& plan) const {
    return plan.open_loop() ? tally.scheduled : tally.raw;
  }
  // No connection could be had to begin with, so nothing was run.
  bool unreachable() const { return opened == 0 && tally.connected == 0 && tally.sent == 0; }
};

// Where a run stands, for a line of progress.
struct RunProgress {
  enum class Stage : std::uint8_t { kConnecting, kSending, kWaiting } stage = Stage::kConnecting;
  Duration elapsed{};  // since sending began
  std::uint64_t answered = 0;
};

// Runs `plan`, with a thread for each of its threads. `progress` is called from the calling thread
// every now and then; once it answers false the run ends early. A connection that cannot be had at
// first is tried again throughout.
RunResult RunLoad(const RunPlan& plan, absl::FunctionRef<bool(const RunProgress&)> progress);

}  // namespace edgewise::wrk
