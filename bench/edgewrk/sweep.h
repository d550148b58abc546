// Sweep: how much a server bears before its latency breaks away: the knee.
//
// First a closed loop tells the order of magnitude. Then fixed rates, from a tenth of that upwards,
// each several times and all in random order, so that what drifts on the machine falls on no rate
// in particular; then the gap around the knee is halved a few times. Latency counts from when a
// request was due.
//
// A rate holds if, in most of its runs, nearly all that was due was sent and answered without an
// error, and the objectives were kept; where none is given, if the median of its p99 is not above
// kKneeFactor times the lowest of all rates. The knee parts the rates that hold from those that do
// not: the one that the fewest of them contradict (a machine that was disturbed at a low rate does
// not move it), and of several the lowest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "bench/edgewrk/machine_record.h"
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
  double answered = 0;  // of what was due: a share
  std::uint64_t errors = 0;
  bool sound = true;       // next to no errors, unless an objective is about them
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
  bool client_limits_closed_loop = false;
  std::uint64_t errors = 0;
  std::string unreachable;  // why no connection could be had; the sweep ended then
  bool interrupted = false;
  MachineRecord before;
  MachineRecord after;

  // The last rate held, so that the knee is not below it.
  bool all_held() const { return !steps.empty() && knee == steps.back().rate; }
  // It is edgewrk itself for which there is no higher rate.
  bool limited_by_client() const;
};

// The lowest p99 of all steps, in seconds; 0 if nothing was measured.
double LowestP99(const std::vector<SweepStep>& steps);
// Decides for each step that was measured whether it holds; answers the knee. REQUIRES: `steps`
// ascend.
double FindKnee(std::vector<SweepStep>& steps, bool has_objectives);

// How long it will take.
Duration SweepTime(const SweepPlan& plan);
// `progress(runs done, of how many)` is called every now and then; once it answers false it is
// over.
SweepResult RunSweep(const SweepPlan& plan,
                     absl::FunctionRef<bool(std::size_t, std::size_t)> progress);

// A table for people, and all of it as a document.
std::string SweepText(const SweepPlan& plan, const SweepResult& result);
nlohmann::ordered_json SweepDocument(const SweepPlan& plan, const SweepResult& result);

}  // namespace edgewise::wrk
