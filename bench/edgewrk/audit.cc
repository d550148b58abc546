#include "bench/edgewrk/audit.h"

#include <algorithm>
#include <numeric>

#include "bench/edgewrk/units.h"

namespace edgewise::wrk {
namespace {

// A thread that wanted more of its processor than this had no time to spare.
constexpr double kBusy = 0.85;
// An open loop that reached less of its rate than this was held up.
constexpr double kReached = 0.99;

double Ratio(double a, double b) { return b == 0 ? 0 : a / b; }

void MeasureClient(const RunResult& result, Audit& audit) {
  for (const ThreadResult& thread : result.threads) {
    const double window = Seconds(thread.window);
    const double cpu = Ratio(Seconds(thread.times.cpu - thread.polled), window);
    audit.client_cpu = std::max(audit.client_cpu, cpu);
    audit.client_wanted =
        std::max(audit.client_wanted, cpu + Ratio(Seconds(thread.times.waited), window));
  }
}

void MeasureLanes(const RunResult& result, Audit& audit) {
  std::vector<std::uint64_t> answers;
  for (const ThreadResult& thread : result.threads) {
    answers.insert(answers.end(), thread.answers_by_lane.begin(), thread.answers_by_lane.end());
  }
  if (answers.empty()) return;
  const auto sum = std::accumulate(answers.begin(), answers.end(), std::uint64_t{0});
  const double mean = static_cast<double>(sum) / static_cast<double>(answers.size());
  const auto [least, most] = std::minmax_element(answers.begin(), answers.end());
  audit.slowest_lane = Ratio(static_cast<double>(*least), mean);
  audit.fastest_lane = Ratio(static_cast<double>(*most), mean);
}

// In a closed loop without pauses every connection has its requests in flight all the time.
double LittleRatio(const RunPlan& plan, const RunResult& result) {
  const Tally& tally = result.tally;
  const auto in_flight = static_cast<double>(result.opened * plan.depth);
  const double by_latency = static_cast<double>(tally.raw_sum) / 1e9 / Seconds(result.window);
  return Ratio(by_latency, in_flight);
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kClient:
      return "CLIENT";
    case Verdict::kServer:
      return "SERVER";
    case Verdict::kNeither:
      return "NEITHER";
  }
  return "?";
}

Audit AuditRun(const RunPlan& plan, const RunResult& result) {
  Audit audit;
  const Tally& tally = result.tally;
  audit.adds_up = tally.carried + tally.sent ==
                  tally.answered + tally.answered_later + tally.failed + tally.in_flight;
  MeasureClient(result, audit);
  MeasureLanes(result, audit);
  const bool steady = !plan.open_loop() && plan.think == Duration::zero() &&
                      plan.ramp_up == Duration::zero() && plan.requests_per_connection == 0;
  if (steady && result.window > Duration::zero()) {
    audit.little_ratio = LittleRatio(plan, result);
  }
  if (plan.open_loop()) {
    const double due = static_cast<double>(tally.sent + tally.never_sent);
    audit.rate_reached = Ratio(due - static_cast<double>(tally.never_sent), due);
  }
  const bool light =
      plan.open_loop() ? audit.rate_reached >= kReached : plan.think != Duration::zero();
  if (audit.client_wanted > kBusy) {
    audit.verdict = Verdict::kClient;
  } else {
    audit.verdict = light ? Verdict::kNeither : Verdict::kServer;
  }
  return audit;
}

int ExitCode(const RunResult& result) {
  const Tally& tally = result.tally;
  if (tally.answered + tally.answered_later == 0) return 2;
  return tally.errors() == 0 ? 0 : 1;
}

}  // namespace edgewise::wrk
