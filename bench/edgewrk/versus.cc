#include "bench/edgewrk/versus.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "absl/strings/str_format.h"
#include "bench/edgewrk/load_run.h"
#include "bench/edgewrk/machine_record.h"
#include "bench/edgewrk/server_probe.h"
#include "bench/edgewrk/units.h"

namespace edgewise::wrk {
namespace {

constexpr double kStealMax = 0.02;  // of the time of all processors
// A slice takes so much longer than its load: threads and connections come and go.
constexpr Duration kSliceOverhead = std::chrono::milliseconds(15);

double& At(SliceFigures& figures, Metric metric) {
  return figures[static_cast<std::size_t>(metric)];
}
double At(const SliceFigures& figures, Metric metric) {
  return figures[static_cast<std::size_t>(metric)];
}

SliceFigures FiguresOf(const RunPlan& plan, const RunResult& result) {
  SliceFigures figures{};
  const LatencyHistogram& latency = plan.open_loop() ? result.tally.scheduled : result.tally.raw;
  At(figures, Metric::kRate) =
      static_cast<double>(result.tally.answered) / std::max(Seconds(result.window), 1e-9);
  At(figures, Metric::kP50) = Seconds(latency.At(0.5).value);
  At(figures, Metric::kP99) = Seconds(latency.At(0.99).value);
  return figures;
}

// One slice; CPU time is taken around all of it, and divided by all that was answered.
struct Slice {
  const RunPlan& plan;
  int pid;

  SliceFigures Run(absl::FunctionRef<bool()> go_on, VersusResult& sum) const {
    const auto before = pid == 0 ? std::nullopt : SampleServer(pid);
    const RunResult result = RunLoad(plan, [&](const RunProgress&) { return go_on(); });
    const auto after = pid == 0 ? std::nullopt : SampleServer(pid);
    const Tally& tally = result.tally;
    sum.errors += tally.errors();
    sum.interrupted = sum.interrupted || result.interrupted;
    SliceFigures figures = FiguresOf(plan, result);
    if (before && after) {
      const auto all = static_cast<double>(tally.answered + tally.answered_later);
      At(figures, Metric::kCpu) = Seconds(after->cpu - before->cpu) / std::max(all, 1.0);
    }
    return figures;
  }
};

std::string Amount(Metric metric, double value) {
  return metric == Metric::kRate ? FormatMetric(value) : FormatLatency(value * 1e6L);
}

std::string Interval(const Ratio& ratio) {
  return absl::StrFormat("%.3f [%.3f, %.3f]", ratio.value, ratio.low, ratio.high);
}

// "B 5.1% lower", or "~".
std::string Difference(const MetricComparison& one) {
  if (!one.differs()) return "~";
  const double percent = (one.b_to_a.value - 1) * 100;
  return absl::StrFormat("B %.1f%% %s", std::abs(percent), percent > 0 ? "higher" : "lower");
}

}  // namespace

std::string_view MetricName(Metric metric) {
  switch (metric) {
    case Metric::kRate:
      return "rate";
    case Metric::kP50:
      return "p50";
    case Metric::kP99:
      return "p99";
    case Metric::kCpu:
      return "cpu/request";
  }
  return "?";
}

bool MetricComparison::differs() const {
  return b_to_a.SurelyNot(1) && std::abs(std::log(b_to_a.value)) > std::abs(std::log(a_to_a.value));
}

std::vector<MetricComparison> CompareBlocks(const std::vector<VersusBlock>& blocks,
                                            std::uint64_t seed) {
  std::vector<MetricComparison> comparisons;
  for (const Metric metric : kMetrics) {
    MetricComparison one{.metric = metric};
    std::vector<double> b_to_a;
    std::vector<double> a_to_a;
    for (const VersusBlock& block : blocks) {
      const double a = (At(block.a, metric) + At(block.a_again, metric)) / 2;
      const double b = At(block.b, metric);
      if (a <= 0 || b <= 0) continue;
      one.a += a;
      one.b += b;
      b_to_a.push_back(b / a);
      a_to_a.push_back(At(block.a_again, metric) / At(block.a, metric));
    }
    if (b_to_a.empty()) continue;
    one.a /= static_cast<double>(b_to_a.size());
    one.b /= static_cast<double>(b_to_a.size());
    one.b_to_a = MiddleRatio(b_to_a, seed);
    one.a_to_a = MiddleRatio(a_to_a, seed + 1);
    comparisons.push_back(one);
  }
  return comparisons;
}

Duration VersusTime(const VersusPlan& plan) {
  return static_cast<Duration::rep>(3 * plan.blocks) *
         (plan.a.warmup + plan.a.duration + kSliceOverhead);
}

VersusResult RunVersus(const VersusPlan& plan, absl::FunctionRef<bool(std::size_t)> progress) {
  VersusResult result;
  std::mt19937_64 random(plan.a.seed);
  const Slice of_a{plan.a, plan.a_pid};
  const Slice of_b{plan.b, plan.b_pid};
  for (std::size_t done = 0; done < plan.blocks && !result.interrupted; ++done) {
    const MachineRecord before = MachineRecord::Take();
    VersusBlock block{};
    std::array<SliceFigures*, 3> order{&block.a, &block.b, &block.a_again};
    std::shuffle(order.begin(), order.end(), random);
    for (SliceFigures* const figures : order) {
      if (result.interrupted) break;
      const Slice& slice = figures == &block.b ? of_b : of_a;
      *figures = slice.Run([&] { return progress(done); }, result);
    }
    if (result.interrupted) break;
    const MachineRecord after = MachineRecord::Take();
    const double time =
        3 * Seconds(plan.a.duration) * static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
    if (after.steal - before.steal > kStealMax * time) {
      ++result.dropped;
    } else {
      result.blocks.push_back(block);
    }
  }
  result.metrics = CompareBlocks(result.blocks, plan.a.seed);
  return result;
}

std::string VersusText(const VersusPlan& plan, const VersusResult& result) {
  std::string text = absl::StrFormat("  A %s\n  B %s\n", plan.a.url.text, plan.b.url.text);
  absl::StrAppendFormat(&text, "  %-12s %10s %10s   %-22s %-22s\n", "", "A", "B",
                        "B/A, 95% interval", "A/A, the same");
  for (const MetricComparison& one : result.metrics) {
    absl::StrAppendFormat(&text, "  %-12s %10s %10s   %-22s %-22s %s\n",
                          std::string(MetricName(one.metric)), Amount(one.metric, one.a),
                          Amount(one.metric, one.b), Interval(one.b_to_a), Interval(one.a_to_a),
                          Difference(one));
  }
  absl::StrAppendFormat(&text, "  %d blocks, %d dropped because more than %.0f%% was stolen%s\n",
                        result.blocks.size(), result.dropped, kStealMax * 100,
                        result.interrupted ? "; interrupted" : "");
  if (result.errors != 0) absl::StrAppendFormat(&text, "  %d errors\n", result.errors);
  return text;
}

std::string VersusJson(const VersusPlan& plan, const VersusResult& result) {
  using Json = nlohmann::ordered_json;
  const auto of = [](const Ratio& ratio) { return Json{ratio.value, ratio.low, ratio.high}; };
  Json document = {{"tool", "edgewrk"},
                   {"a", plan.a.url.text},
                   {"b", plan.b.url.text},
                   {"blocks", result.blocks.size()},
                   {"dropped", result.dropped},
                   {"errors", result.errors},
                   {"interrupted", result.interrupted}};
  for (const MetricComparison& one : result.metrics) {
    document["metrics"][std::string(MetricName(one.metric))] = {{"a", one.a},
                                                                {"b", one.b},
                                                                {"b_to_a", of(one.b_to_a)},
                                                                {"a_to_a", of(one.a_to_a)},
                                                                {"differs", one.differs()}};
  }
  // Of each block, three slices: A, B, A again; of each slice the metrics in the order above.
  document["slices"] = Json::array();
  for (const VersusBlock& block : result.blocks) {
    document["slices"].push_back({block.a, block.b, block.a_again});
  }
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace edgewise::wrk
