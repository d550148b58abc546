// Versus: two servers, compared on a machine that does not hold still.
//
// Both are alive all the time and one is loaded at a time, in short slices. A block is three of
// them in random order: A, B, and A again. Whatever changes slowly (heat, neighbours) hits all
// three alike, so only ratios within a block are used: B to the mean of both A, and A to A, which
// shows what the machine can tell apart. The number of blocks is fixed beforehand. A block in which
// the hypervisor stole more than kStealMax of the time is dropped, and counted.
//
// A difference is told only if the 99.9 % interval of B/A leaves out 1 (several things are compared
// at once: with 95 % a server would differ from itself in one comparison of six) and B/A is further
// from 1 than A/A; everything else is "~".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "bench/edgewrk/machine_record.h"
#include "bench/edgewrk/ratio.h"
#include "bench/edgewrk/run_plan.h"

namespace edgewise::wrk {

inline constexpr double kStealMax = 0.02;  // of the time of all processors

struct VersusPlan {
  // The load of one slice, of each of them; they differ in their URL (and addresses) alone.
  RunPlan a;
  RunPlan b;
  std::size_t blocks = 20;
  // Processes whose CPU time per request is compared; 0: it is not.
  int a_pid = 0;
  int b_pid = 0;
};

// What is compared.
enum class Metric : std::uint8_t { kRate, kP50, kP99, kCpu };
inline constexpr std::array kMetrics{Metric::kRate, Metric::kP50, Metric::kP99, Metric::kCpu};
std::string_view MetricName(Metric metric);

struct MetricComparison {
  Metric metric;
  double a = 0;  // the mean over blocks: requests a second, or seconds
  double b = 0;
  Ratio b_to_a;
  Ratio a_to_a;

  // Whether a difference can be told.
  bool differs() const;
};

// One slice's figures, by metric. Zero: not known, or nothing was answered.
using SliceFigures = std::array<double, kMetrics.size()>;
struct VersusBlock {
  SliceFigures a;
  SliceFigures b;
  SliceFigures a_again;
};

// What became of one of the servers.
struct VersusSide {
  std::uint64_t errors = 0;
  std::size_t silent = 0;   // slices in which it answered nothing
  std::string unreachable;  // why no connection to it could be had; the comparison ended then
};

struct VersusResult {
  std::vector<MetricComparison> metrics;
  std::vector<VersusBlock> blocks;  // that count
  std::size_t dropped = 0;          // for steal
  VersusSide a;
  VersusSide b;
  bool interrupted = false;
  MachineRecord before;
  MachineRecord after;
};

std::vector<MetricComparison> CompareBlocks(const std::vector<VersusBlock>& blocks,
                                            std::uint64_t seed);

// How long it will take.
Duration VersusTime(const VersusPlan& plan);
// `progress(blocks done)` is called every now and then; once it answers false it is over, and the
// block that was under way does not count.
VersusResult RunVersus(const VersusPlan& plan, absl::FunctionRef<bool(std::size_t)> progress);

// A table for people, and all of it as a document.
std::string VersusText(const VersusPlan& plan, const VersusResult& result);
nlohmann::ordered_json VersusDocument(const VersusPlan& plan, const VersusResult& result);

}  // namespace edgewise::wrk
