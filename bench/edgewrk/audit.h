// Audit: whether a run can be believed, and who was the bottleneck.
#pragma once

#include <cstdint>
#include <string>

#include "bench/edgewrk/load_run.h"
#include "bench/edgewrk/run_plan.h"

namespace edgewise::wrk {

enum class Verdict : std::uint8_t {
  kClient,   // a thread of the client had no processor time to spare: the numbers are its own
  kServer,   // the client waited; the server (or the way to it) set the pace
  kNeither,  // both had time to spare: the load was light
};
std::string_view VerdictName(Verdict verdict);

// A value; shares are from 0 to 1.
struct Audit {
  // carried + sent = answered + answered later + failed + in flight.
  bool adds_up = false;
  // Little's law: the mean number in flight by counting, of that by rate and latency; 0 if there is
  // nothing to compare. Closed loops only.
  double little_ratio = 0;
  // Of the busiest thread: processor time, and that plus the time it waited for a processor.
  double client_cpu = 0;
  double client_wanted = 0;
  // The slowest and the fastest connection's answers, of the mean.
  double slowest_lane = 0;
  double fastest_lane = 0;
  // What was reached of the rate that was asked for; 1 in a closed loop.
  double rate_reached = 1;
  Verdict verdict = Verdict::kNeither;
};

Audit AuditRun(const RunPlan& plan, const RunResult& result);

// The process's exit code, apart from objectives: 0 sound, 1 errors, 2 nothing was measured.
int ExitCode(const RunResult& result);

}  // namespace edgewise::wrk
