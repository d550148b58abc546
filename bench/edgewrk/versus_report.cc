// A comparison in words, and as a document.
#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "bench/edgewrk/units.h"
#include "bench/edgewrk/versus.h"

namespace edgewise::wrk {
namespace {

std::string Amount(Metric metric, double value) {
  return metric == Metric::kRate ? FormatMetric(value) : FormatLatency(value * 1e6L);
}

std::string Interval(const Ratio& ratio) {
  return absl::StrFormat("%.3f [%.3f, %.3f]", ratio.value, ratio.low, ratio.high);
}

void AppendSide(std::string& text, const char* name, const VersusSide& side) {
  if (side.errors != 0) absl::StrAppendFormat(&text, "  %s: %d errors\n", name, side.errors);
  if (side.silent != 0) {
    absl::StrAppendFormat(&text,
                          "  %s answered nothing in %d slices: their blocks are in no ratio\n",
                          name, side.silent);
  }
  if (!side.unreachable.empty()) {
    absl::StrAppendFormat(&text, "  %s is gone: unable to %s\n", name, side.unreachable);
  }
}

nlohmann::ordered_json SideDocument(const VersusSide& side) {
  return {
      {"errors", side.errors}, {"silent_slices", side.silent}, {"unreachable", side.unreachable}};
}

// "B 5.1% lower", or "~".
std::string Difference(const MetricComparison& one) {
  if (one.b_to_a.count < Ratio::kCountLeast) return "~ (too few blocks)";
  if (!one.differs()) return "~";
  const double percent = (one.b_to_a.value - 1) * 100;
  return absl::StrFormat("B %.1f%% %s", std::abs(percent), percent > 0 ? "higher" : "lower");
}

}  // namespace

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
  AppendSide(text, "A", result.a);
  AppendSide(text, "B", result.b);
  return text;
}

nlohmann::ordered_json VersusDocument(const VersusPlan& plan, const VersusResult& result) {
  using Json = nlohmann::ordered_json;
  const auto of = [](const Ratio& ratio) { return Json{ratio.value, ratio.low, ratio.high}; };
  Json document = {{"tool", "edgewrk"},
                   {"began", result.before.taken},
                   {"machine", MachineDocument(result.before, result.after)},
                   {"a", plan.a.url.text},
                   {"b", plan.b.url.text},
                   {"blocks", result.blocks.size()},
                   {"dropped", result.dropped},
                   {"a_side", SideDocument(result.a)},
                   {"b_side", SideDocument(result.b)},
                   {"interrupted", result.interrupted}};
  for (const MetricComparison& one : result.metrics) {
    document["metrics"][std::string(MetricName(one.metric))] = {{"a", one.a},
                                                                {"b", one.b},
                                                                {"b_to_a", of(one.b_to_a)},
                                                                {"a_to_a", of(one.a_to_a)},
                                                                {"differs", one.differs()}};
  }
  // Of each block, three slices: A, B, A again; of each slice the metrics by "order".
  document["slices"] = Json::array();
  for (const VersusBlock& block : result.blocks) {
    document["slices"].push_back({block.a, block.b, block.a_again});
  }
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    document["order"][std::string(MetricName(kMetrics[i]))] = i;
  }
  return document;
}

}  // namespace edgewise::wrk
