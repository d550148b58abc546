#include "bench/edgewrk/selftest/selftest.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "bench/edgewrk/edgewrk_options.h"
#include "bench/edgewrk/request_text.h"
#include "bench/edgewrk/selftest/lateness_witness.h"
#include "bench/edgewrk/selftest/selftest_case.h"
#include "bench/edgewrk/wrk_report.h"

namespace edgewise::wrk {
namespace {

// Threads that burn what processor time they get, on the processor that the client is then on, too.
class Hogs {
 public:
  explicit Hogs(std::size_t count) {
    if (count == 0) return;
    pthread_getaffinity_np(pthread_self(), sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &before_)) continue;
      CPU_SET(cpu, &one);
      break;
    }
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);  // inherited
    for (std::size_t i = 0; i < count; ++i) {
      threads_.emplace_back([this] {
        while (!stop_.load(std::memory_order_relaxed)) {
        }
      });
    }
  }
  Hogs(const Hogs&) = delete;
  Hogs& operator=(const Hogs&) = delete;
  ~Hogs() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    if (!threads_.empty()) pthread_setaffinity_np(pthread_self(), sizeof before_, &before_);
  }

 private:
  cpu_set_t before_{};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

std::string UrlOf(const OddServer& server) {
  return absl::StrFormat("http://127.0.0.1:%d/", server.port());
}

SelftestOutcome RunCase(const SelftestCase& one, OddCounters& counters) {
  const OddServer server(one.behaviour(counters));
  std::vector<std::string> words = one.arguments;
  words.insert(words.begin(), "edgewrk");
  words.push_back(UrlOf(server));
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  EdgewrkOptions options = *ParseEdgewrkOptions(static_cast<int>(words.size()), argv.data());
  options.plan.request = *RequestText(options);
  options.plan.addresses = *Resolve(options.plan.url);
  const Hogs hogs(one.hogs);
  RunRecord record;
  const LatenessWitness witness;
  record.result = RunLoad(options.plan, [](const RunProgress&) { return true; });
  const Duration machine_late = witness.worst();
  record.audit = AuditRun(options.plan, record.result);
  record.options = std::move(options);
  return {.server = counters,
          .accepted = server.accepted(),
          .result = record.result,
          .machine_late = machine_late,
          .audit = record.audit,
          .report = ReportBegin(record.options) + ReportEnd(record),
          .exit_code = ExitCode(record.result)};
}

// What wrk prints of latency, requests and errors; empty if it is not there.
std::string AskWrk(const SelftestCase& one) {
  OddCounters counters;
  const OddServer server(one.behaviour(counters));
  std::vector<std::string> words(
      one.arguments.begin(),
      one.arguments.begin() + static_cast<std::ptrdiff_t>(one.wrk_arguments));
  const std::string script =
      std::filesystem::temp_directory_path() / absl::StrFormat("edgewrk-selftest-%d.lua", getpid());
  if (one.wrk_depth > 1) {
    std::ofstream(script) << absl::StrFormat(
        "function init() batch = string.rep(wrk.format(), %d) end\n"
        "function request() return batch end\n",
        one.wrk_depth);
    words.push_back("-s " + script);
  }
  const std::string command = "wrk --latency " + absl::StrJoin(words, " ") + " " + UrlOf(server) +
                              " 2>/dev/null; echo exit $?; rm -f " + script;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "re"), pclose);
  if (pipe == nullptr) return {};
  std::string said;
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    std::string text(line.data());
    for (const std::string_view kept :
         {"    Latency ", "     50%", "     99%", " requests in ", "errors", "Non-2xx", "exit "}) {
      if (text.find(kept) == std::string::npos) continue;
      text.erase(0, text.find_first_not_of(' '));
      text.erase(text.find_last_not_of(" \n") + 1);
      said += (said.empty() ? "" : "; ") + text;
      break;
    }
  }
  return said.find("requests in") == std::string::npos ? std::string() : said;
}

std::string Summary(const SelftestOutcome& outcome) {
  const Tally& tally = outcome.result.tally;
  const auto quantile = [](const LatencyHistogram& histogram, double share) {
    const Quantile at = histogram.At(share);
    return absl::StrFormat("%s%.2fms", at.at_least ? ">=" : "", Ms(at.value));
  };
  std::string text =
      absl::StrFormat("%d requests, raw mean %.2fms, p50 %s, p99 %s, max %.2fms", tally.answered,
                      static_cast<double>(tally.raw.Mean()) / 1e6, quantile(tally.raw, 0.5),
                      quantile(tally.raw, 0.99), Ms(tally.raw.max()));
  if (tally.scheduled.count() != 0) {
    absl::StrAppendFormat(&text, ", by schedule mean %.2fms",
                          static_cast<double>(tally.scheduled.Mean()) / 1e6);
  }
  const auto count = [&text](const char* what, std::uint64_t value) {
    if (value != 0) absl::StrAppendFormat(&text, ", %s %d", what, value);
  };
  count("timeouts", tally.timeouts);
  count("unsolicited", tally.unsolicited);
  count("failed", tally.failed);
  count("bad statuses", Tally::Bad(tally.statuses) + Tally::Bad(tally.statuses_later));
  return text +
         absl::StrFormat(", %s; exit %d", VerdictName(outcome.audit.verdict), outcome.exit_code);
}

}  // namespace

void Findings::Near(const char* what, double value, double truth, double tolerance) {
  if (std::abs(value - truth) <= tolerance) return;
  all_.push_back(
      absl::StrFormat("%s: %.3f, but it is %.3f within %.3f", what, value, truth, tolerance));
}

void Findings::NearOneAnswer(const char* what, double value, double truth, double tolerance) {
  Near(what, value, truth, tolerance + Ms(machine_late_));
}

void Findings::Equal(const char* what, std::uint64_t value, std::uint64_t truth) {
  if (value != truth) all_.push_back(absl::StrFormat("%s: %d, but it is %d", what, value, truth));
}

void Findings::Holds(const char* what, bool holds) {
  if (!holds) all_.push_back(absl::StrFormat("not so: %s", what));
}

void Findings::Says(const SelftestOutcome& outcome, const std::string& text) {
  if (outcome.report.find(text) == std::string::npos) {
    all_.push_back("the report does not say '" + text + "':\n" + outcome.report);
  }
}

int RunSelftest() {
  std::size_t wrong = 0;
  const std::vector<SelftestCase> cases = SelftestCases();
  std::printf("edgewrk against %d servers of known behaviour; about a minute\n",
              static_cast<int>(cases.size()));
  for (const SelftestCase& one : cases) {
    std::printf("\n%s\n  truth    %s\n", one.name.c_str(), one.truth.c_str());
    std::fflush(stdout);
    OddCounters counters;
    const SelftestOutcome outcome = RunCase(one, counters);
    Findings findings(outcome.machine_late);
    one.check(outcome, findings);
    findings.Holds("the requests add up", outcome.audit.adds_up);
    std::printf("  edgewrk  %s\n", Summary(outcome).c_str());
    if (outcome.machine_late > std::chrono::milliseconds(1)) {
      std::printf("  machine  woke a sleeper up to %.1f ms too late\n", Ms(outcome.machine_late));
    }
    const std::string witness = one.wrk_arguments == 0 ? "" : AskWrk(one);
    if (!witness.empty()) std::printf("  wrk      %s\n", witness.c_str());
    for (const std::string& finding : findings.all()) {
      std::printf("  WRONG    %s\n", finding.c_str());
    }
    if (!findings.all().empty()) ++wrong;
  }
  std::printf("\n%d right, %d wrong\n", static_cast<int>(cases.size() - wrong),
              static_cast<int>(wrong));
  return wrong == 0 ? 0 : 1;
}

}  // namespace edgewise::wrk
