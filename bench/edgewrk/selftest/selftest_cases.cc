// The first seven are where wrk is wrong (or says nothing); the rest is what else servers do.
#include <chrono>

#include "absl/strings/str_format.h"
#include "bench/edgewrk/selftest/selftest_case.h"
#include "bench/edgewrk/units.h"

namespace edgewise::wrk {
namespace {

using std::chrono::milliseconds;

double MeanMs(const LatencyHistogram& histogram) {
  return static_cast<double>(histogram.Mean()) / 1e6;
}

SelftestCase SilentServer() {
  return {"silent server",
          "all in flight timed out, exit 2",
          Silent,
          {"-t1", "-c4", "-d1s", "--timeout", "1s"},
          5,
          [](const SelftestOutcome& outcome, Findings& find) {
            const Tally& tally = outcome.result.tally;
            find.Equal("requests sent", tally.sent, 4);
            find.Equal("never answered", tally.in_flight, 4);
            find.Equal("timeouts", tally.timeouts, 4);
            find.Holds("the median is a lower bound of 1 s or more",
                       tally.raw.At(0.5).at_least && Ms(tally.raw.At(0.5).value) >= 1000);
            find.Equal("exit code", static_cast<std::uint64_t>(outcome.exit_code), 2);
            find.Says(outcome, "Socket errors: connect 0, read 0, write 0, timeout 4");
          }};
}

SelftestCase FiveAnswers() {
  return {"five answers per request, after 50 ms",
          "20 requests a second",
          [](OddCounters& counters) { return Answering(counters, milliseconds(50), 5); },
          {"-t1", "-c1", "-d1s"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            const Tally& tally = outcome.result.tally;
            find.Near("requests", static_cast<double>(tally.answered), 20, 1);
            find.Equal("answers nobody asked for", tally.unsolicited,
                       4 * (tally.answered + tally.answered_later));
            find.Near("mean in ms", MeanMs(tally.raw), outcome.server.mean_delay_ms(), 1);
            find.Equal("exit code", static_cast<std::uint64_t>(outcome.exit_code), 1);
          }};
}

SelftestCase Batches() {
  return {"batches of 16, each exactly 100 ms",
          "p50 = p99 = 100 ms",
          [](OddCounters& counters) { return Batching(counters, 16, milliseconds(100)); },
          {"-t1", "-c1", "-d2s", "-P16"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            const LatencyHistogram& raw = outcome.result.tally.raw;
            find.Near("p50 in ms", Ms(raw.At(0.5).value), 100, 1);
            find.NearOneAnswer("p99 in ms", Ms(raw.At(0.99).value), outcome.server.max_delay_ms(),
                               1);
            find.Equal("exit code", static_cast<std::uint64_t>(outcome.exit_code), 0);
          },
          0,
          16};
}

OddServer::Behaviour OneStall(OddCounters& counters) {
  return Stalling(counters, milliseconds(10), 50, milliseconds(1500));
}

SelftestCase Stall() {
  return {"10 ms, one stall of 1.5 s",
          "mean 16 ms, max 1.5 s",
          OneStall,
          {"-t1", "-c1", "-d4s"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            const LatencyHistogram& raw = outcome.result.tally.raw;
            find.Near("mean in ms", MeanMs(raw), outcome.server.mean_delay_ms(), 1);
            find.Near("mean in ms", MeanMs(raw), 16, 2);
            find.Near("p75 in ms", Ms(raw.At(0.75).value), 10, 1);
            find.NearOneAnswer("maximum in ms", Ms(raw.max()), outcome.server.max_delay_ms(), 5);
            find.Equal("exit code", static_cast<std::uint64_t>(outcome.exit_code), 0);
          }};
}

SelftestCase StallAtRate() {
  return {"the same at 50 requests a second",
          "by schedule mean 0.28 s, median raw 10 ms",
          OneStall,
          {"-t1", "-c1", "-d8s", "-R50"},
          0,
          [](const SelftestOutcome& outcome, Findings& find) {
            const Tally& tally = outcome.result.tally;
            find.Near("mean by schedule in ms", MeanMs(tally.scheduled), 285, 30);
            find.Near("median raw in ms", Ms(tally.raw.At(0.5).value), 10, 1);
            find.NearOneAnswer("maximum by schedule in ms", Ms(tally.scheduled.max()),
                               outcome.server.max_delay_ms(), 5);
            find.Equal("due but never sent", tally.never_sent, 0);
          }};
}

SelftestCase FiveConnections() {
  return {"-t2 -c5",
          "5 connections",
          [](OddCounters& counters) { return Answering(counters, milliseconds(1)); },
          {"-t2", "-c5", "-d1s"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            // (Never fewer: a connection that is opened is served.)
            find.Equal("connections that the server accepted", outcome.accepted, 5);
            find.Equal("connections reported", outcome.result.opened, 5);
          }};
}

SelftestCase LongStall() {
  return {"a stall of 4 s",
          "max 4.0 s, one timeout",
          [](OddCounters& counters) {
            return Stalling(counters, milliseconds(10), 5, milliseconds(4000));
          },
          {"-t1", "-c1", "-d5s"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            const Tally& tally = outcome.result.tally;
            find.NearOneAnswer("maximum in ms", Ms(tally.raw.max()), outcome.server.max_delay_ms(),
                               5);
            find.NearOneAnswer("maximum in ms", Ms(tally.raw.max()), 4005, 50);
            find.Equal("timeouts", tally.timeouts, 1);
            find.Equal("exit code", static_cast<std::uint64_t>(outcome.exit_code), 1);
          }};
}

SelftestCase NotFound() {
  return {"every answer is 404",
          "a failed run, exit 1",
          [](OddCounters& counters) { return Answering(counters, milliseconds(1), 1, 404); },
          {"-t1", "-c2", "-d1s"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            const Tally& tally = outcome.result.tally;
            find.Equal("404s", tally.statuses[404], tally.answered);
            find.Equal("exit code", static_cast<std::uint64_t>(outcome.exit_code), 1);
            find.Says(outcome, absl::StrFormat("Non-2xx or 3xx responses: %d", tally.answered));
            find.Says(outcome, "404: ");
          }};
}

SelftestCase ResetInBody() {
  return {"every 10th request is reset in mid-body",
          "as many failed as the server reset",
          [](OddCounters& counters) { return ResettingInBody(counters, 10); },
          {"-t1", "-c2", "-d1s"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            const Tally& tally = outcome.result.tally;
            find.Equal("failed requests", tally.failed, outcome.server.odd);
            find.Equal("read errors", tally.read_errors, outcome.server.odd);
            find.Holds("there were some", tally.failed > 10);
            find.Equal("exit code", static_cast<std::uint64_t>(outcome.exit_code), 1);
          }};
}

SelftestCase Bursts() {
  return {"bursts of 503: 5 in 50",
          "as many as the server sent",
          [](OddCounters& counters) { return Bursting(counters, 50, 5); },
          {"-t1", "-c2", "-d1s"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            const Tally& tally = outcome.result.tally;
            find.Equal("503s", tally.statuses[503] + tally.statuses_later[503], outcome.server.odd);
            find.Equal("exit code", static_cast<std::uint64_t>(outcome.exit_code), 1);
          }};
}

SelftestCase AnnouncedClose() {
  return {"close per request, announced",
          "a connection for each request, nothing failed",
          [](OddCounters& counters) { return ClosingEachTime(counters, Said::kYes); },
          {"-t1", "-c2", "-d1s"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            const Tally& tally = outcome.result.tally;
            find.Equal("answers", tally.answered + tally.answered_later, outcome.server.requests);
            find.Equal("failed requests", tally.failed, 0);
            find.Holds("there were some", tally.answered > 50);
            find.Equal("exit code", static_cast<std::uint64_t>(outcome.exit_code), 0);
          }};
}

SelftestCase UnannouncedClose() {
  return {"close per request, not announced",
          "answered = served by the server",
          [](OddCounters& counters) { return ClosingEachTime(counters, Said::kNo); },
          {"-t1", "-c2", "-d1s"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            const Tally& tally = outcome.result.tally;
            find.Equal("answers", tally.answered + tally.answered_later, outcome.server.requests);
            find.Holds("there were some", tally.answered > 50);
          }};
}

SelftestCase Trickle() {
  return {"answers byte by byte",
          "all of them right",
          Trickling,
          {"-t1", "-c2", "-d1s"},
          3,
          [](const SelftestOutcome& outcome, Findings& find) {
            const Tally& tally = outcome.result.tally;
            find.Equal("answers", tally.answered + tally.answered_later, outcome.server.requests);
            find.Equal("exit code", static_cast<std::uint64_t>(outcome.exit_code), 0);
          }};
}

SelftestCase VerdictCase(const char* name, Verdict verdict, Duration delay,
                         std::vector<std::string> arguments, std::size_t hogs) {
  return {name,
          "bottleneck " + std::string(VerdictName(verdict)),
          [delay](OddCounters& counters) { return Answering(counters, delay); },
          std::move(arguments),
          0,
          [verdict](const SelftestOutcome& outcome, Findings& find) {
            find.Holds(outcome.report.c_str(), outcome.audit.verdict == verdict);
          },
          hogs};
}

}  // namespace

std::vector<SelftestCase> SelftestCases() {
  const Duration none = Duration::zero();
  return {
      SilentServer(),
      FiveAnswers(),
      Batches(),
      Stall(),
      StallAtRate(),
      FiveConnections(),
      LongStall(),
      NotFound(),
      ResetInBody(),
      Bursts(),
      AnnouncedClose(),
      UnannouncedClose(),
      Trickle(),
      VerdictCase("a starved client", Verdict::kClient, none, {"-t1", "-c16", "-d1s"}, 3),
      VerdictCase("a slow server", Verdict::kServer, milliseconds(10), {"-t1", "-c4", "-d1s"}, 0),
      VerdictCase("a light load", Verdict::kNeither, none, {"-t1", "-c4", "-d1s", "-R100"}, 0)};
}

}  // namespace edgewise::wrk
