// The report: wrk's lines to the byte, and what stands below them; the audit behind it.
#include <catch2/catch_test_macros.hpp>
#include <regex>
#include <string>

#include "bench/edgewrk/wrk_report.h"

namespace edgewise::wrk {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A run of 10 s with 1,000 requests of 10 ms, on one thread.
RunResult PlainResult() {
  ThreadResult thread;
  Tally& tally = thread.tally;
  for (int i = 0; i < 1000; ++i) tally.raw.Record(milliseconds(10));
  tally.sent = tally.answered = 1000;
  tally.statuses[200] = 1000;
  tally.raw_sum = 1000 * 10e6L;
  tally.bytes_received = 150'000;
  tally.body_bytes_min = tally.body_bytes_max = 13;
  tally.connected = 1;
  thread.window = seconds(10);
  thread.times.cpu = seconds(1);
  thread.rates = std::vector<double>(10, 100.0);
  thread.answers_by_lane = {1000};
  RunResult result;
  result.tally.Add(tally);
  result.threads = {thread};
  result.window = seconds(10);
  result.opened = 1;
  return result;
}

EdgewrkOptions PlainOptions() {
  EdgewrkOptions options;
  options.plan.url = *Url::Parse("http://127.0.0.1:8080/plaintext");
  options.plan.threads = 1;
  options.plan.connections = 1;
  options.show_latency = true;
  return options;
}

std::string Report(const EdgewrkOptions& options, const RunResult& result) {
  RunRecord record;
  record.options = options;
  record.result = result;
  record.audit = AuditRun(options.plan, result);
  return ReportBegin(options) + ReportEnd(record);
}

TEST_CASE("wrk's lines are wrk's, to the byte") {
  const std::string report = Report(PlainOptions(), PlainResult());
  CAPTURE(report);
  CHECK(
      report.starts_with("Running 10s test @ http://127.0.0.1:8080/plaintext\n"
                         "  1 threads and 1 connections\n"
                         "  Thread Stats   Avg      Stdev     Max   +/- Stdev\n"
                         "    Latency    10.00ms    0.00us  10.00ms  100.00%\n"
                         "    Req/Sec   100.00      0.00   100.00    100.00%\n"
                         "  Latency Distribution\n"
                         "     50%   10.00ms\n"
                         "     75%   10.00ms\n"
                         "     90%   10.00ms\n"
                         "     99%   10.00ms\n"
                         "  1000 requests in 10.00s, 146.48KB read\n"
                         "Requests/sec:    100.00\n"
                         "Transfer/sec:     14.65KB\n"));
  CHECK(report.find("Bottleneck: SERVER") != std::string::npos);
  CHECK(report.find("Little's law: rate x latency is 100.0%") != std::string::npos);
}

TEST_CASE("errors are told in wrk's lines and in ours") {
  RunResult result = PlainResult();
  Tally& tally = result.tally;
  tally.read_errors = 2;
  tally.failed = 3;
  tally.timeouts = 1;
  tally.statuses[200] = 990;
  tally.statuses[503] = 10;
  tally.unsolicited = 7;
  tally.complaints["connection lost: ECONNRESET"] = 2;
  const std::string report = Report(PlainOptions(), result);
  CAPTURE(report);
  CHECK(report.find("  Socket errors: connect 0, read 2, write 0, timeout 1\n") !=
        std::string::npos);
  CHECK(report.find("  Non-2xx or 3xx responses: 10\n") != std::string::npos);
  CHECK(report.find("200: 990 503: 10") != std::string::npos);
  CHECK(report.find("Unsolicited answers: 7") != std::string::npos);
  CHECK(report.find("Failed requests: 3") != std::string::npos);
  CHECK(report.find("connection lost: ECONNRESET (2 times)") != std::string::npos);
  CHECK(report.find("DOES NOT ADD UP") != std::string::npos);
  CHECK(ExitCode(result) == 1);
  CHECK(ExitCode(PlainResult()) == 0);
  CHECK(ExitCode(RunResult()) == 2);
}

TEST_CASE("a parser that was written for wrk's output reads ours") {
  const std::string report = Report(PlainOptions(), PlainResult());
  std::smatch match;
  const auto number = [&](const char* pattern) {
    REQUIRE(std::regex_search(report, match, std::regex(pattern)));
    return std::stod(match[1]);
  };
  CHECK(number(R"(Requests/sec:\s+([\d.]+))") == 100);
  CHECK(number(R"(Transfer/sec:\s+([\d.]+)KB)") == 14.65);
  CHECK(number(R"(Latency\s+([\d.]+)ms\s+([\d.]+)us\s+([\d.]+)ms\s+([\d.]+)%)") == 10);
  CHECK(number(R"((\d+) requests in ([\d.]+)s, ([\d.]+)KB read)") == 1000);
  CHECK(number(R"(\s+99%\s+([\d.]+)ms)") == 10);
}

TEST_CASE("with a rate the report is wrk2's, and what is due counts") {
  EdgewrkOptions options = PlainOptions();
  options.plan.rate = 100;
  RunResult result = PlainResult();
  for (int i = 0; i < 1000; ++i) result.tally.scheduled.Record(milliseconds(20));
  const std::string report = Report(options, result);
  CAPTURE(report);
  CHECK(report.find("    Latency    20.00ms") != std::string::npos);
  CHECK(report.find("  Latency Distribution (HdrHistogram - Recorded Latency)\n"
                    " 50.000%   20.00ms\n") != std::string::npos);
  CHECK(report.find("\n  Detailed Percentile spectrum:\n       Value   Percentile") !=
        std::string::npos);
  CHECK(report.find("raw (from sending)     mean 10.00ms") != std::string::npos);
  CHECK(report.find("schedule (from due)    mean 20.00ms") != std::string::npos);
  CHECK(report.find("Bottleneck: NEITHER") != std::string::npos);
  result.tally.never_sent = 500;
  CHECK(Report(options, result).find("Bottleneck: SERVER") != std::string::npos);
}

TEST_CASE("a client without time to spare says so, loudly") {
  RunResult result = PlainResult();
  result.threads.front().times = {.cpu = seconds(3), .waited = seconds(6)};
  const std::string report = Report(PlainOptions(), result);
  CHECK(report.find("Bottleneck: CLIENT") != std::string::npos);
  CHECK(report.find("30% of a core in its busiest thread, 90% wanted") != std::string::npos);
}

}  // namespace
}  // namespace edgewise::wrk
