#include "bench/edgewrk/sweep.h"

#include <algorithm>
#include <random>

#include "bench/edgewrk/audit.h"
#include "bench/edgewrk/load_run.h"
#include "bench/edgewrk/units.h"

namespace edgewise::wrk {
namespace {

constexpr double kAnsweredLeast = 0.99;
constexpr Duration kRunOverhead = std::chrono::milliseconds(20);

// The runs of a sweep, counted for its progress.
class Runner {
 public:
  Runner(const SweepPlan& plan, absl::FunctionRef<bool(std::size_t, std::size_t)> progress)
      : plan_(plan), progress_(progress) {}

  static std::size_t RunsOf(const SweepPlan& plan) {
    return 1 + (plan.steps + plan.halvings) * plan.runs;
  }

  RunResult Load(double rate) {
    RunPlan load = plan_.load;
    load.rate = rate;
    load.seed = plan_.load.seed + done_;
    RunResult result =
        RunLoad(load, [this](const RunProgress&) { return progress_(done_, RunsOf(plan_)); });
    interrupted_ = interrupted_ || result.interrupted;
    errors_ += result.tally.errors();
    ++done_;
    return result;
  }

  void Measure(SweepStep& step) {
    const RunResult result = Load(step.rate);
    if (interrupted_) return;
    RunPlan load = plan_.load;
    load.rate = step.rate;
    const Tally& tally = result.tally;
    const LatencyHistogram& latency = tally.scheduled;
    const auto due = static_cast<double>(tally.sent + tally.never_sent);
    step.runs.push_back(
        {.p50 = Seconds(latency.At(0.5).value),
         .p99 = Seconds(latency.At(0.99).value),
         .p999 = Seconds(latency.At(0.999).value),
         .answered = static_cast<double>(tally.answered) / std::max(due, 1.0),
         .errors = tally.errors(),
         .kept = std::all_of(plan_.objectives.begin(), plan_.objectives.end(),
                             [&](const Objective& one) { return one.Judge(load, result).kept; }),
         .by_client = AuditRun(load, result).verdict == Verdict::kClient});
  }

  bool interrupted() const { return interrupted_; }
  std::uint64_t errors() const { return errors_; }

 private:
  const SweepPlan& plan_;
  const absl::FunctionRef<bool(std::size_t, std::size_t)> progress_;
  std::size_t done_ = 0;
  std::uint64_t errors_ = 0;
  bool interrupted_ = false;
};

// The rate in the middle between the knee and the next step above it; 0 if there is no such gap.
double BeyondKnee(const std::vector<SweepStep>& steps, double knee) {
  for (const SweepStep& step : steps) {
    if (step.rate > knee) return (knee + step.rate) / 2;
  }
  return 0;
}

}  // namespace

double SweepStep::Median(double SweepRun::*figure) const {
  std::vector<double> values;
  for (const SweepRun& run : runs) values.push_back(run.*figure);
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

bool SweepStep::Mostly(bool SweepRun::*fact) const {
  const auto count =
      std::count_if(runs.begin(), runs.end(), [fact](const SweepRun& run) { return run.*fact; });
  return 2 * static_cast<std::size_t>(count) > runs.size();
}

bool SweepResult::limited_by_client() const {
  return std::any_of(steps.begin(), steps.end(), [this](const SweepStep& step) {
    return step.rate > knee && step.Mostly(&SweepRun::by_client);
  });
}

double FindKnee(std::vector<SweepStep>& steps, bool has_objectives) {
  double lowest = 0;
  for (const SweepStep& step : steps) {
    const double p99 = step.Median(&SweepRun::p99);
    if (!step.runs.empty() && (lowest == 0 || p99 < lowest)) lowest = p99;
  }
  double knee = 0;
  bool all_hold = true;
  for (SweepStep& step : steps) {
    step.holds = !step.runs.empty() && step.Median(&SweepRun::answered) >= kAnsweredLeast &&
                 (has_objectives ? step.Mostly(&SweepRun::kept)
                                 : step.Median(&SweepRun::p99) <= kKneeFactor * lowest);
    all_hold = all_hold && step.holds;
    if (all_hold) knee = step.rate;
  }
  return knee;
}

Duration SweepTime(const SweepPlan& plan) {
  return static_cast<Duration::rep>(Runner::RunsOf(plan)) *
         (plan.load.warmup + plan.load.duration + kRunOverhead);
}

SweepResult RunSweep(const SweepPlan& plan,
                     absl::FunctionRef<bool(std::size_t, std::size_t)> progress) {
  SweepResult result;
  Runner runner(plan, progress);
  const RunResult closed = runner.Load(0);
  result.closed_loop =
      static_cast<double>(closed.tally.answered) / std::max(Seconds(closed.window), 1e-9);
  if (closed.tally.answered != 0) {
    for (std::size_t i = 1; i <= plan.steps; ++i) {
      result.steps.push_back(
          {.rate = result.closed_loop * static_cast<double>(i) / static_cast<double>(plan.steps)});
    }
  }
  std::vector<SweepStep*> order;
  for (std::size_t i = 0; i < plan.runs; ++i) {
    for (SweepStep& step : result.steps) order.push_back(&step);
  }
  std::shuffle(order.begin(), order.end(), std::mt19937_64(plan.load.seed));
  for (SweepStep* const step : order) {
    if (!runner.interrupted()) runner.Measure(*step);
  }
  result.knee = FindKnee(result.steps, !plan.objectives.empty());
  for (std::size_t i = 0; i < plan.halvings && !runner.interrupted(); ++i) {
    SweepStep between{.rate = BeyondKnee(result.steps, result.knee)};
    if (between.rate == 0) break;
    for (std::size_t run = 0; run < plan.runs; ++run) runner.Measure(between);
    result.steps.push_back(std::move(between));
    std::sort(result.steps.begin(), result.steps.end(),
              [](const SweepStep& a, const SweepStep& b) { return a.rate < b.rate; });
    result.knee = FindKnee(result.steps, !plan.objectives.empty());
  }
  result.errors = runner.errors();
  result.interrupted = runner.interrupted();
  return result;
}

}  // namespace edgewise::wrk
