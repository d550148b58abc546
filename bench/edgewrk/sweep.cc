#include "bench/edgewrk/sweep.h"

#include <algorithm>
#include <random>

#include "bench/edgewrk/audit.h"
#include "bench/edgewrk/load_run.h"
#include "bench/edgewrk/units.h"

namespace edgewise::wrk {
namespace {

constexpr double kAnsweredLeast = 0.99;
constexpr double kErrorsMost = 0.01;  // of what was due
constexpr Duration kRunOverhead = std::chrono::milliseconds(20);

// The runs of a sweep, counted for its progress.
class Runner {
 public:
  Runner(const SweepPlan& plan, absl::FunctionRef<bool(std::size_t, std::size_t)> progress)
      : plan_(plan),
        progress_(progress),
        judges_errors_(std::any_of(plan.objectives.begin(), plan.objectives.end(),
                                   [](const Objective& one) { return one.about_errors(); })) {}

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
    if (result.unreachable() && !result.interrupted) {
      unreachable_ =
          result.tally.complaints.empty() ? "connect" : result.tally.complaints.begin()->first;
    }
    errors_ += result.tally.errors();
    ++done_;
    return result;
  }

  void Measure(SweepStep& step) {
    if (over()) return;
    const RunResult result = Load(step.rate);
    if (over()) return;
    RunPlan load = plan_.load;
    load.rate = step.rate;
    const Tally& tally = result.tally;
    const LatencyHistogram& latency = tally.scheduled;
    const auto due = static_cast<double>(std::max<std::uint64_t>(tally.sent + tally.never_sent, 1));
    const auto owed = static_cast<double>(tally.never_sent + tally.failed + tally.in_flight);
    step.runs.push_back(
        {.p50 = Seconds(latency.At(0.5).value),
         .p99 = Seconds(latency.At(0.99).value),
         .p999 = Seconds(latency.At(0.999).value),
         .answered = 1 - owed / due,
         .errors = tally.errors(),
         .sound = judges_errors_ || static_cast<double>(tally.errors()) <= kErrorsMost * due,
         .kept = std::all_of(plan_.objectives.begin(), plan_.objectives.end(),
                             [&](const Objective& one) { return one.Judge(load, result).kept; }),
         .by_client = AuditRun(load, result).verdict == Verdict::kClient});
  }

  // Nothing more is measured.
  bool over() const { return interrupted_ || !unreachable_.empty(); }
  bool interrupted() const { return interrupted_; }
  const std::string& unreachable() const { return unreachable_; }
  std::uint64_t errors() const { return errors_; }

 private:
  const SweepPlan& plan_;
  const absl::FunctionRef<bool(std::size_t, std::size_t)> progress_;
  const bool judges_errors_;
  std::size_t done_ = 0;
  std::uint64_t errors_ = 0;
  bool interrupted_ = false;
  std::string unreachable_;
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
  if (all_held()) return client_limits_closed_loop;
  const auto beyond = std::find_if(steps.begin(), steps.end(), [this](const SweepStep& step) {
    return step.rate > knee && !step.runs.empty();
  });
  return beyond != steps.end() && beyond->Mostly(&SweepRun::by_client);
}

double LowestP99(const std::vector<SweepStep>& steps) {
  double lowest = 0;
  for (const SweepStep& step : steps) {
    const double p99 = step.Median(&SweepRun::p99);
    if (p99 > 0 && (lowest == 0 || p99 < lowest)) lowest = p99;
  }
  return lowest;
}

double FindKnee(std::vector<SweepStep>& steps, bool has_objectives) {
  const double lowest = LowestP99(steps);
  // How many steps contradict a knee that is below all of them; then, walking up, below the next.
  std::size_t contradict = 0;
  for (SweepStep& step : steps) {
    if (step.runs.empty()) continue;
    step.holds = step.Median(&SweepRun::answered) >= kAnsweredLeast &&
                 step.Mostly(&SweepRun::sound) &&
                 (has_objectives ? step.Mostly(&SweepRun::kept)
                                 : step.Median(&SweepRun::p99) <= kKneeFactor * lowest);
    if (step.holds) ++contradict;
  }
  double knee = 0;
  std::size_t fewest = contradict;
  for (const SweepStep& step : steps) {
    if (step.runs.empty()) continue;
    if (step.holds) {
      --contradict;
    } else {
      ++contradict;
    }
    if (contradict < fewest) {
      fewest = contradict;
      knee = step.rate;
    }
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
  result.before = MachineRecord::Take();
  Runner runner(plan, progress);
  const RunResult closed = runner.Load(0);
  result.closed_loop = closed.rate();
  result.client_limits_closed_loop = AuditRun(plan.load, closed).verdict == Verdict::kClient;
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
    runner.Measure(*step);
  }
  result.knee = FindKnee(result.steps, !plan.objectives.empty());
  for (std::size_t i = 0; i < plan.halvings && !runner.over(); ++i) {
    SweepStep between{.rate = BeyondKnee(result.steps, result.knee)};
    if (between.rate == 0) break;
    for (std::size_t run = 0; run < plan.runs; ++run) runner.Measure(between);
    result.steps.push_back(std::move(between));
    std::sort(result.steps.begin(), result.steps.end(),
              [](const SweepStep& a, const SweepStep& b) { return a.rate < b.rate; });
    result.knee = FindKnee(result.steps, !plan.objectives.empty());
  }
  result.after = MachineRecord::Take();
  result.errors = runner.errors();
  result.unreachable = runner.unreachable();
  result.interrupted = runner.interrupted();
  return result;
}

}  // namespace edgewise::wrk
