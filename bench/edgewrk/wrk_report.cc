// wrk's lines are byte for byte its own, so that what reads wrk's output reads this. Lines that
// wrk does not have stand below "Transfer/sec".
#include "bench/edgewrk/wrk_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "absl/strings/str_format.h"
#include "bench/edgewrk/percentile_spectrum.h"
#include "bench/edgewrk/units.h"

namespace edgewise::wrk {
namespace {

using absl::StrAppendFormat;
using absl::StrFormat;

// Mean, standard deviation, maximum, and the share within one deviation.
struct Summary {
  long double mean = 0;
  long double deviation = 0;
  long double max = 0;
  long double within = 0;
};

Summary Summarize(const LatencyHistogram& histogram) {
  return {histogram.Mean() / 1000, histogram.StandardDeviation() / 1000,
          Microseconds(histogram.max()), histogram.ShareWithinDeviation()};
}

Summary Summarize(const std::vector<double>& values) {
  Summary summary;
  if (values.empty()) return summary;
  const auto count = static_cast<long double>(values.size());
  summary.mean = std::accumulate(values.begin(), values.end(), 0.0L) / count;
  for (const double value : values) {
    summary.deviation += (value - summary.mean) * (value - summary.mean) / count;
  }
  summary.deviation = std::sqrt(summary.deviation);
  summary.max = *std::max_element(values.begin(), values.end());
  const auto within = std::count_if(values.begin(), values.end(), [&](double value) {
    return std::abs(value - summary.mean) <= summary.deviation;
  });
  summary.within = static_cast<long double>(within) / count;
  return summary;
}

void AppendSummary(std::string& text, const char* name, const Summary& summary,
                   std::string (*format)(long double)) {
  StrAppendFormat(&text, "    %-10s%s%s%s%8.2f%%\n", name, InColumn(format(summary.mean), 8),
                  InColumn(format(summary.deviation), 10), InColumn(format(summary.max), 9),
                  static_cast<double>(summary.within * 100));
}

std::string Column(const LatencyHistogram& histogram, double percentile) {
  return InColumn(FormatLatency(Microseconds(histogram.At(percentile / 100).value)), 10);
}

// wrk's distribution.
void AppendDistribution(std::string& text, const LatencyHistogram& histogram) {
  text += "  Latency Distribution\n";
  for (const double percentile : {50.0, 75.0, 90.0, 99.0}) {
    StrAppendFormat(&text, "%7.0f%%%s\n", percentile, Column(histogram, percentile));
  }
}

// wrk2's.
void AppendSpectrum(std::string& text, const char* title, const LatencyHistogram& histogram) {
  StrAppendFormat(&text, "  Latency Distribution (HdrHistogram - %s)\n", title);
  for (const double percentile : {50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 99.999, 100.0}) {
    StrAppendFormat(&text, "%7.3f%%%s\n", percentile, Column(histogram, percentile));
  }
  text += "\n  Detailed Percentile spectrum:\n" + PercentileSpectrum(histogram) +
          "----------------------------------------------------------\n";
}

std::string Latency(const Quantile& quantile) {
  return (quantile.at_least ? ">=" : "") + FormatLatency(Microseconds(quantile.value));
}

// One line of quantiles in a form that says what is only a lower bound.
void AppendQuantiles(std::string& text, const char* title, const LatencyHistogram& histogram) {
  StrAppendFormat(&text, "  %-22s mean %s", title, FormatLatency(histogram.Mean() / 1000));
  for (const auto& [name, share] : {std::pair("p50", 0.5), std::pair("p90", 0.9),
                                    std::pair("p99", 0.99), std::pair("p99.9", 0.999)}) {
    StrAppendFormat(&text, "  %s %s", name, Latency(histogram.At(share)));
  }
  StrAppendFormat(&text, "  max %s%s\n", histogram.max_is_at_least() ? ">=" : "",
                  FormatLatency(Microseconds(histogram.max())));
}

void AppendErrors(std::string& text, const Tally& tally) {
  if (Tally::Bad(tally.statuses) + Tally::Bad(tally.statuses_later) != 0) {
    text += "  Status codes:";
    for (std::size_t i = 0; i < Tally::kStatuses; ++i) {
      const std::uint64_t times = tally.statuses[i] + tally.statuses_later[i];
      if (times != 0) StrAppendFormat(&text, " %d: %d", i, times);
    }
    text += "\n";
  }
  if (tally.unsolicited != 0) {
    StrAppendFormat(&text,
                    "  Unsolicited answers: %d (nobody had asked; not counted as requests)\n",
                    tally.unsolicited);
  }
  if (tally.wrong != 0) StrAppendFormat(&text, "  Wrong answers: %d\n", tally.wrong);
  if (tally.failed != 0) {
    StrAppendFormat(&text, "  Failed requests: %d (their connections were lost)\n", tally.failed);
  }
  if (tally.in_flight != 0) {
    StrAppendFormat(&text, "  Never answered: %d (latencies marked >= count them as at least)\n",
                    tally.in_flight);
  }
  if (tally.never_sent != 0) {
    StrAppendFormat(&text, "  Due but never sent: %d (all connections were waiting for answers)\n",
                    tally.never_sent);
  }
  for (const auto& [complaint, times] : tally.complaints) {
    StrAppendFormat(&text, "  %s (%d times)\n", complaint, times);
  }
}

void AppendAudit(std::string& text, const EdgewrkOptions& options, const RunResult& result,
                 const Audit& audit) {
  const Tally& tally = result.tally;
  text += "Self-audit\n";
  StrAppendFormat(&text,
                  "  Requests: sent %d%s = answered %d + after the end %d + failed %d + in flight "
                  "%d%s\n",
                  tally.sent, tally.carried == 0 ? "" : StrFormat(" + %d before", tally.carried),
                  tally.answered, tally.answered_later, tally.failed, tally.in_flight,
                  audit.adds_up ? "" : "  DOES NOT ADD UP");
  StrAppendFormat(&text,
                  "  Connections: %d open at the start, %d in all, %d closed by the server\n",
                  result.opened, tally.connected, tally.closed_by_server);
  if (options.plan.url.protocol == Protocol::kHttp && tally.answered != 0) {
    StrAppendFormat(&text, "  Bodies: %d to %d bytes; %d of %d differ from the first\n",
                    tally.body_bytes_min, tally.body_bytes_max, tally.other_bodies,
                    tally.answered + tally.answered_later);
  }
  if (audit.little_ratio != 0) {
    StrAppendFormat(&text, "  Little's law: rate x latency is %.1f%% of what was in flight\n",
                    audit.little_ratio * 100);
  }
  if (result.opened > 1) {
    StrAppendFormat(&text,
                    "  Fairness: the slowest connection had %.2f, the fastest %.2f of the "
                    "mean\n",
                    audit.slowest_lane, audit.fastest_lane);
  }
  StrAppendFormat(&text, "  Client: %.0f%% of a core in its busiest thread, %.0f%% wanted\n",
                  audit.client_cpu * 100, audit.client_wanted * 100);
}

std::string PerRequest(const std::optional<std::uint64_t>& count, const ServerCost& cost) {
  return count ? StrFormat("%.3f", static_cast<double>(*count) / cost.requests) : "unknown";
}

void AppendServer(std::string& text, const ServerCost& cost) {
  StrAppendFormat(&text,
                  "  Server%s: %.0f%% of a core; per request %s of processor time, %s context "
                  "switches, %s system calls%s\n"
                  "  Server memory: %sB before its connections, %sB with them",
                  cost.has_company ? " (serving the company, too)" : "", cost.cpu_share() * 100,
                  FormatLatency(cost.cpu_per_request() * 1e6L),
                  PerRequest(cost.context_switches, cost), PerRequest(cost.syscalls, cost),
                  cost.syscalls ? "" : " (needs root)", FormatBinary(cost.memory_idle),
                  FormatBinary(cost.memory_before));
  if (cost.bytes_per_connection() != 0) {
    StrAppendFormat(&text, " (%.0f bytes each)", cost.bytes_per_connection());
  }
  StrAppendFormat(&text, ", %sB in the end\n", FormatBinary(cost.memory_after));
}

std::string VerdictLine(const Audit& audit) {
  switch (audit.verdict) {
    case Verdict::kClient:
      return "  Bottleneck: CLIENT. edgewrk itself had no processor time to spare: these numbers\n"
             "    are its own, not the server's. Use more threads (-t), or free its cores.\n";
    case Verdict::kServer:
      return "  Bottleneck: SERVER (or the way to it): the client waited for answers.\n";
    case Verdict::kNeither:
      return "  Bottleneck: NEITHER: the load was light.\n";
  }
  return "";
}

}  // namespace

std::string ReportBegin(const EdgewrkOptions& options) {
  const RunPlan& plan = options.plan;
  return StrFormat("Running %s test @ %s\n  %d threads and %d connections\n",
                   FormatSeconds(plan.duration), plan.url.text, plan.threads, plan.connections);
}

std::string ReportEnd(const RunRecord& record) {
  const EdgewrkOptions& options = record.options;
  const RunResult& result = record.result;
  const Tally& tally = result.tally;
  const bool open_loop = options.plan.open_loop();
  const LatencyHistogram& latency = result.latency(options.plan);
  std::vector<double> rates;
  for (const ThreadResult& thread : result.threads) {
    rates.insert(rates.end(), thread.rates.begin(), thread.rates.end());
  }
  std::string text =
      StrFormat("  Thread Stats%6s%11s%8s%12s\n", "Avg", "Stdev", "Max", "+/- Stdev");
  AppendSummary(text, "Latency", Summarize(latency), FormatLatency);
  AppendSummary(text, "Req/Sec", Summarize(rates), FormatMetric);
  if (options.show_latency && !open_loop) AppendDistribution(text, latency);
  if (options.show_latency && open_loop) AppendSpectrum(text, "Recorded Latency", latency);
  if (options.show_raw_latency) {
    text += "\n";
    AppendSpectrum(text,
                   "Uncorrected Latency (measured without taking delayed starts into account)",
                   tally.raw);
  }
  const double seconds = std::max(Seconds(result.window), 1e-9);
  StrAppendFormat(&text, "  %d requests in %s, %sB read\n", tally.answered,
                  FormatLatency(Microseconds(result.window)), FormatBinary(tally.bytes_received));
  if (tally.connect_errors + tally.read_errors + tally.write_errors + tally.timeouts != 0) {
    StrAppendFormat(&text, "  Socket errors: connect %d, read %d, write %d, timeout %d\n",
                    tally.connect_errors, tally.read_errors, tally.write_errors, tally.timeouts);
  }
  const std::uint64_t bad = Tally::Bad(tally.statuses);
  if (bad != 0) StrAppendFormat(&text, "  Non-2xx or 3xx responses: %d\n", bad);
  StrAppendFormat(&text, "Requests/sec: %9.2f\n", result.rate());
  StrAppendFormat(&text, "Transfer/sec: %10sB\n",
                  FormatBinary(static_cast<long double>(tally.bytes_received) / seconds));

  text += "\nLatency\n";
  AppendQuantiles(text, "raw (from sending)", tally.raw);
  if (open_loop) {
    AppendQuantiles(text, "schedule (from due)", tally.scheduled);
    AppendQuantiles(text, "send lag (ours)", tally.send_lag);
    StrAppendFormat(&text, "  Rate: %.2f%% of what was due was sent\n",
                    record.audit.rate_reached * 100);
  }
  if (tally.errors() + tally.never_sent != 0) {
    text += "Errors\n";
    AppendErrors(text, tally);
  }
  if (record.company) text += CompanyText(*record.company);
  AppendAudit(text, options, result, record.audit);
  if (record.server) AppendServer(text, *record.server);
  for (const RunRecord::Judged& one : record.objectives) {
    StrAppendFormat(&text, "  Objective %s: %s, %s\n", one.objective.text(),
                    one.judgement.kept ? "kept" : "MISSED", one.judgement.found);
  }
  return text + VerdictLine(record.audit);
}

}  // namespace edgewise::wrk
