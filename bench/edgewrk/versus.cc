#include "bench/edgewrk/versus.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

#include "bench/edgewrk/load_run.h"
#include "bench/edgewrk/server_probe.h"
#include "bench/edgewrk/units.h"
#include "reactor/kernel/linux_kernel.h"

namespace edgewise::wrk {
namespace {

// A slice takes so much longer than its load: threads and connections come and go.
constexpr Duration kSliceOverhead = std::chrono::milliseconds(15);

double& At(SliceFigures& figures, Metric metric) {
  return figures[static_cast<std::size_t>(metric)];
}
double At(const SliceFigures& figures, Metric metric) {
  return figures[static_cast<std::size_t>(metric)];
}

// One of the two, slice by slice.
class Contender {
 public:
  Contender(const RunPlan& plan, int pid, VersusSide& side) : plan_(plan), pid_(pid), side_(side) {}

  // CPU time is taken around all of the slice, and divided by all that was answered in it. None if
  // the slice was interrupted, or the server is not there.
  std::optional<SliceFigures> Run(absl::FunctionRef<bool()> go_on) {
    const auto before = pid_ == 0 ? std::nullopt : SampleServer(pid_);
    const RunResult result = RunLoad(plan_, [&](const RunProgress&) { return go_on(); });
    const auto after = pid_ == 0 ? std::nullopt : SampleServer(pid_);
    const Tally& tally = result.tally;
    side_.errors += tally.errors();
    if (result.interrupted) return std::nullopt;
    if (result.unreachable()) {
      side_.unreachable = tally.complaints.empty() ? "connect" : tally.complaints.begin()->first;
      return std::nullopt;
    }
    if (tally.answered == 0) ++side_.silent;
    const LatencyHistogram& latency = result.latency(plan_);
    SliceFigures figures{};
    At(figures, Metric::kRate) = result.rate();
    At(figures, Metric::kP50) = Seconds(latency.At(0.5).value);
    At(figures, Metric::kP99) = Seconds(latency.At(0.99).value);
    const std::uint64_t all = tally.answered_before + tally.answered + tally.answered_later;
    if (before && after && all != 0) {
      At(figures, Metric::kCpu) = Seconds(after->cpu - before->cpu) / static_cast<double>(all);
    }
    return figures;
  }

 private:
  const RunPlan& plan_;
  const int pid_;
  VersusSide& side_;
};

// One block, in random order; none if it was cut short.
std::optional<VersusBlock> RunBlock(Contender& a, Contender& b, std::mt19937_64& random,
                                    absl::FunctionRef<bool()> go_on) {
  VersusBlock block{};
  std::array<SliceFigures*, 3> order{&block.a, &block.b, &block.a_again};
  std::shuffle(order.begin(), order.end(), random);
  for (SliceFigures* const figures : order) {
    const std::optional<SliceFigures> slice = (figures == &block.b ? b : a).Run(go_on);
    if (!slice) return std::nullopt;
    *figures = *slice;
  }
  return block;
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
  result.before = MachineRecord::Take();
  std::mt19937_64 random(plan.a.seed);
  Contender a(plan.a, plan.a_pid, result.a);
  Contender b(plan.b, plan.b_pid, result.b);
  Kernel& kernel = LinuxKernel::Instance();
  for (std::size_t done = 0; done < plan.blocks; ++done) {
    const Time begin = kernel.MonotonicNow();
    const double stolen_before = StolenSeconds();
    const std::optional<VersusBlock> block = RunBlock(a, b, random, [&] { return progress(done); });
    if (!block) {
      result.interrupted = result.a.unreachable.empty() && result.b.unreachable.empty();
      break;
    }
    const double time =
        Seconds(kernel.MonotonicNow() - begin) * static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
    if (StolenSeconds() - stolen_before > kStealMax * time) {
      ++result.dropped;
    } else {
      result.blocks.push_back(*block);
    }
  }
  result.after = MachineRecord::Take();
  result.metrics = CompareBlocks(result.blocks, plan.a.seed);
  return result;
}

}  // namespace edgewise::wrk
