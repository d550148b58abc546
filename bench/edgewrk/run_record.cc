#include "bench/edgewrk/run_record.h"

#include <nlohmann/json.hpp>

#include "bench/edgewrk/units.h"

namespace edgewise::wrk {
namespace {

using Json = nlohmann::ordered_json;

double Of(Duration duration) { return Seconds(duration); }

Json OfHistogram(const LatencyHistogram& histogram) {
  Json quantiles = Json::array();
  // Evenly on the axis on which pictures of quantiles are drawn: by the number of nines.
  std::vector<double> shares;
  for (int i = 0; i <= 90; i += 2) shares.push_back(i / 100.0);
  for (double left = 0.1; left > 1e-7; left *= 0.8) shares.push_back(1 - left);
  for (const double share : shares) {
    const double resolution =
        1.0 / static_cast<double>(std::max<std::uint64_t>(histogram.count(), 1));
    if (1 - share < resolution / 2) break;
    const Quantile at = histogram.At(share);
    quantiles.push_back({share, Of(at.value), at.at_least});
  }
  Json named;
  for (const auto& [name, share] :
       {std::pair("p50", 0.5), std::pair("p75", 0.75), std::pair("p90", 0.9),
        std::pair("p99", 0.99), std::pair("p99.9", 0.999), std::pair("p99.99", 0.9999)}) {
    const Quantile at = histogram.At(share);
    named[name] = {{"seconds", Of(at.value)}, {"at_least", at.at_least}};
  }
  return {{"count", histogram.count()},
          {"at_least_count", histogram.at_least_count()},
          {"mean", static_cast<double>(histogram.Mean()) / 1e9},
          {"deviation", static_cast<double>(histogram.StandardDeviation()) / 1e9},
          {"min", Of(histogram.min())},
          {"max", Of(histogram.max())},
          {"max_at_least", histogram.max_is_at_least()},
          {"quantiles", named},
          {"curve", quantiles}};
}

Json OfTally(const Tally& tally) {
  Json statuses = Json::object();
  for (std::size_t i = 0; i < Tally::kStatuses; ++i) {
    const std::uint64_t count = tally.statuses[i] + tally.statuses_later[i];
    if (count != 0) statuses[std::to_string(i)] = count;
  }
  return {{"carried", tally.carried},
          {"sent", tally.sent},
          {"answered", tally.answered},
          {"answered_later", tally.answered_later},
          {"failed", tally.failed},
          {"in_flight", tally.in_flight},
          {"never_sent", tally.never_sent},
          {"timeouts", tally.timeouts},
          {"unsolicited", tally.unsolicited},
          {"wrong", tally.wrong},
          {"statuses", statuses},
          {"other_bodies", tally.other_bodies},
          {"bytes_received", tally.bytes_received},
          {"connected", tally.connected},
          {"connect_errors", tally.connect_errors},
          {"read_errors", tally.read_errors},
          {"write_errors", tally.write_errors},
          {"closed_by_server", tally.closed_by_server},
          {"errors", tally.errors()},
          {"complaints", tally.complaints}};
}

Json OfPlan(const EdgewrkOptions& options) {
  const RunPlan& plan = options.plan;
  return {{"url", plan.url.text},
          {"threads", plan.threads},
          {"connections", plan.connections},
          {"pipeline", plan.depth},
          {"duration", Of(plan.duration)},
          {"warmup", Of(plan.warmup)},
          {"timeout", Of(plan.timeout)},
          {"rate", plan.rate},
          {"arrivals", plan.arrivals == Arrivals::kPoisson ? "poisson" : "constant"},
          {"seed", plan.seed},
          {"think", Of(plan.think)},
          {"ramp_up", Of(plan.ramp_up)},
          {"churn", plan.requests_per_connection},
          {"request_bytes", plan.request.size()}};
}

Json OfAudit(const Audit& audit) {
  return {{"adds_up", audit.adds_up},
          {"little_ratio", audit.little_ratio},
          {"client_cpu", audit.client_cpu},
          {"client_wanted", audit.client_wanted},
          {"slowest_connection", audit.slowest_lane},
          {"fastest_connection", audit.fastest_lane},
          {"rate_reached", audit.rate_reached},
          {"bottleneck", VerdictName(audit.verdict)}};
}

Json OfServer(const ServerCost& cost) {
  Json server = {{"cpu_per_request", cost.cpu_per_request()},
                 {"cpu_share", cost.cpu_share()},
                 {"memory_idle", cost.memory_idle},
                 {"memory_before", cost.memory_before},
                 {"memory_after", cost.memory_after},
                 {"bytes_per_connection", cost.bytes_per_connection()},
                 {"has_company", cost.has_company}};
  if (cost.context_switches) {
    server["context_switches_per_request"] =
        static_cast<double>(*cost.context_switches) / cost.requests;
  }
  if (cost.syscalls) {
    server["syscalls_per_request"] = static_cast<double>(*cost.syscalls) / cost.requests;
  }
  return server;
}

}  // namespace

Json RunDocument(const RunRecord& record) {
  const RunResult& result = record.result;
  Json document = {{"tool", "edgewrk"},
                   {"version", "0.1.0"},
                   {"arguments", record.options.arguments},
                   {"began", record.before.taken},
                   {"exit_code", record.exit_code},
                   {"plan", OfPlan(record.options)},
                   {"seconds", Of(result.window)},
                   {"rate", result.rate()},
                   {"opened", result.opened},
                   {"interrupted", result.interrupted},
                   {"requests", OfTally(result.tally)},
                   {"latency", {{"raw", OfHistogram(result.tally.raw)}}},
                   {"audit", OfAudit(record.audit)},
                   {"machine", MachineDocument(record.before, record.after)}};
  if (record.options.plan.open_loop()) {
    document["latency"]["scheduled"] = OfHistogram(result.tally.scheduled);
    document["latency"]["send_lag"] = OfHistogram(result.tally.send_lag);
  }
  if (record.company) document["company"] = CompanyJson(*record.company);
  if (record.server) document["server"] = OfServer(*record.server);
  document["objectives"] = Json::array();
  for (const RunRecord::Judged& one : record.objectives) {
    document["objectives"].push_back({{"objective", one.objective.text()},
                                      {"kept", one.judgement.kept},
                                      {"found", one.judgement.found}});
  }
  document["timeline"] = Json::array();
  for (const TimelinePoint& point : result.timeline.Points()) {
    document["timeline"].push_back(
        {point.seconds, point.rate, Of(point.p50), Of(point.p99), Of(point.max)});
  }
  return document;
}

}  // namespace edgewise::wrk
