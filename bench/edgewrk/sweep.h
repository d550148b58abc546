// Sweep: how much a server bears before its latency breaks away: the knee.
//
// First a closed loop tells the order of magnitude. Then fixed rates, from a tenth of that upwards,
// each several times and all in random order, so that what drifts on the machine falls on no rate
// in particular; then the gap around the knee is halved a few times. Latency counts from when a
// request was due.
//
// A rate holds if nearly all that was due was answered and, by the medians of its runs, the
// objectives are kept; where none is given, if its p99 is not above kKneeFactor times the lowest
// p99 of all. The knee is the highest rate that holds, and below which all others do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "bench/edgewrk/objective.h"
#include "bench/edgewrk/run_plan.h"

namespace edgewise::wrk {

inline constexpr double kKneeFactor = 10;

struct SweepPlan {
  RunPlan load;  // its rate is not used
  std::vector<Objective> objectives;
  std::size_t steps = 10;
  std::size_t runs = 3;  // of each rate
  std::size_t halvings = 3;
};

// One run at one rate. A value; times in seconds.
struct SweepRun {
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
  double answered = 0;  // in time, of what was due: a share
  std::uint64_t errors = 0;
  bool kept = true;        // the objectives
  bool by_client = false;  // edgewrk itself was the bottleneck
};

// All runs at one rate. What is asked of several runs is answered by their median or majority.
struct SweepStep {
  double rate = 0;  // requests a second
  std::vector<SweepRun> runs;
  bool holds = false;

  double Median(double SweepRun::*figure) const;
  bool Mostly(bool SweepRun::*fact) const;
};

struct SweepResult {
  double closed_loop = 0;        // requests a second
  std::vector<SweepStep> steps;  // by rate, ascending
  double knee = 0;               // 0: no rate held
  std::uint64_t errors = 0;
  bool interrupted = false;

  // The step beyond the knee failed because of edgewrk.
  bool limited_by_client() const;
};

// Decides for each step whether it holds; answers the knee. REQUIRES: `steps` ascend.
double FindKnee(std::vector<SweepStep>& steps, bool has_objectives);

// How long it will take.
Duration SweepTime(const SweepPlan& plan);
// `progress(runs done, of how many)` is called every now and then; once it answers false it is
// over.
SweepResult RunSweep(const SweepPlan& plan,
                     absl::FunctionRef<bool(std::size_t, std::size_t)> progress);

// A table for people, and the same for programs.
std::string SweepText(const SweepPlan& plan, const SweepResult& result);
std::string SweepJson(const SweepPlan& plan, const SweepResult& result);

}  // namespace edgewise::wrk
