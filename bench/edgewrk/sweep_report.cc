// A sweep in words, and as a document.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "bench/edgewrk/sweep.h"
#include "bench/edgewrk/units.h"

namespace edgewise::wrk {
namespace {

std::string Time(double seconds) { return FormatLatency(seconds * 1e6L); }

// A bar for the eye: its length is the logarithm of p99 over the lowest one, two columns for each
// doubling.
std::string Bar(double p99, double lowest) {
  constexpr double kLongest = 24;
  const double length = lowest <= 0 ? 0 : 1 + 2 * std::log2(std::max(p99 / lowest, 1.0));
  return std::string(static_cast<std::size_t>(std::min(length, kLongest)), '#');
}

std::string What(const SweepPlan& plan) {
  if (plan.objectives.empty()) {
    return absl::StrFormat("its p99 is within %g times the lowest", kKneeFactor);
  }
  return absl::StrJoin(plan.objectives, " and ",
                       [](std::string* text, const Objective& one) { *text += one.text(); });
}

}  // namespace

std::string SweepText(const SweepPlan& plan, const SweepResult& result) {
  std::string text =
      absl::StrFormat("  Closed loop: %s requests a second\n", FormatMetric(result.closed_loop));
  absl::StrAppendFormat(&text, "  %10s %9s %10s %10s %10s\n", "rate", "answered", "p50", "p99",
                        "p99.9");
  const double lowest = LowestP99(result.steps);
  for (const SweepStep& step : result.steps) {
    if (step.runs.empty()) continue;
    const double p99 = step.Median(&SweepRun::p99);
    absl::StrAppendFormat(
        &text, "  %10s %8.2f%% %10s %10s %10s  %-24s %s%s\n", FormatMetric(step.rate),
        100 * step.Median(&SweepRun::answered), Time(step.Median(&SweepRun::p50)), Time(p99),
        Time(step.Median(&SweepRun::p999)), Bar(p99, lowest), step.holds ? "holds" : "",
        step.Mostly(&SweepRun::by_client) ? " (client busy)" : "");
  }
  if (result.knee == 0) {
    text += "  Knee: none; not even the lowest rates held\n";
  } else {
    absl::StrAppendFormat(&text, "  Knee: %s requests a second, up to which %s\n",
                          FormatMetric(result.knee), What(plan));
  }
  const auto disturbed =
      std::count_if(result.steps.begin(), result.steps.end(), [&](const SweepStep& step) {
        return step.rate <= result.knee && !step.runs.empty() && !step.holds;
      });
  if (disturbed != 0) {
    absl::StrAppendFormat(&text, "  %d lower rates did not hold; was the machine disturbed?\n",
                          disturbed);
  }
  if (result.all_held()) text += "  The last rate held: the knee may lie beyond it\n";
  if (result.limited_by_client()) {
    text +=
        "  Beyond it edgewrk itself had no processor time to spare: the server may bear more.\n"
        "    Use more threads (-t), or free its cores.\n";
  }
  if (result.errors != 0) absl::StrAppendFormat(&text, "  %d errors\n", result.errors);
  if (result.interrupted) text += "  Interrupted: of what was measured until then\n";
  return text;
}

nlohmann::ordered_json SweepDocument(const SweepPlan& plan, const SweepResult& result) {
  using Json = nlohmann::ordered_json;
  Json document = {{"tool", "edgewrk"},
                   {"began", result.before.taken},
                   {"machine", MachineDocument(result.before, result.after)},
                   {"url", plan.load.url.text},
                   {"connections", plan.load.connections},
                   {"criterion", What(plan)},
                   {"closed_loop", result.closed_loop},
                   {"knee", result.knee},
                   {"limited_by_client", result.limited_by_client()},
                   {"all_held", result.all_held()},
                   {"errors", result.errors},
                   {"interrupted", result.interrupted},
                   {"steps", Json::array()}};
  for (const SweepStep& step : result.steps) {
    Json runs = Json::array();
    for (const SweepRun& run : step.runs) {
      runs.push_back({{"p50", run.p50},
                      {"p99", run.p99},
                      {"p99.9", run.p999},
                      {"answered", run.answered},
                      {"errors", run.errors},
                      {"sound", run.sound},
                      {"kept", run.kept},
                      {"client_busy", run.by_client}});
    }
    document["steps"].push_back({{"rate", step.rate}, {"holds", step.holds}, {"runs", runs}});
  }
  return document;
}

}  // namespace edgewise::wrk
