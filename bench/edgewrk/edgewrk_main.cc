// edgewrk: loads a server in wrk's manner, verifies its answers, and says what the numbers are
// worth. See --help.
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <optional>
#include <string>

#include "bench/edgewrk/percentile_spectrum.h"
#include "bench/edgewrk/request_text.h"
#include "bench/edgewrk/run_record.h"
#include "bench/edgewrk/selftest/selftest.h"
#include "bench/edgewrk/units.h"
#include "bench/edgewrk/wrk_report.h"
#include "reactor/kernel/text.h"

namespace edgewise::wrk {
namespace {

constexpr int kInvalid = 2;

int Fail(std::string_view why) {
  std::fprintf(stderr, "edgewrk: %.*s\n", static_cast<int>(why.size()), why.data());
  return kInvalid;
}

void Print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

// SIGINT and SIGTERM end a run early; the report is of what was measured until then.
class Interrupt {
 public:
  Interrupt() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    // Inherited by the threads of the run.
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  bool came() const {
    const timespec now{};
    return sigtimedwait(&signals_, nullptr, &now) > 0;
  }

 private:
  sigset_t signals_{};
};

// A line that is written over again and again, on a terminal only.
class ProgressLine {
 public:
  explicit ProgressLine(const RunPlan& plan)
      : length_(plan.warmup + plan.duration), shown_(isatty(STDERR_FILENO) == 1) {}
  ~ProgressLine() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }

  void Show(const RunProgress& progress) {
    if (!shown_ || ++looks_ % kLooksPerLine != 1) return;
    if (progress.stage == RunProgress::Stage::kConnecting) {
      std::fputs("\r\033[K  connecting", stderr);
      return;
    }
    std::fprintf(stderr, "\r\033[K  %.1f of %.1f s, %llu answers", Seconds(progress.elapsed),
                 Seconds(length_), static_cast<unsigned long long>(progress.answered));
  }

 private:
  static constexpr unsigned kLooksPerLine = 20;

  Duration length_;
  bool shown_;
  unsigned looks_ = 0;
};

// The server's process at the two ends of the window.
class ServerWatch {
 public:
  explicit ServerWatch(const EdgewrkOptions& options) : options_(options) {}

  void Look(const RunProgress& progress) {
    const RunPlan& plan = options_.plan;
    if (options_.server_pid == 0 || progress.stage != RunProgress::Stage::kSending) return;
    if (!begin_ && progress.elapsed >= plan.warmup) begin_ = SampleServer(options_.server_pid);
    if (begin_ && !end_ && progress.elapsed >= plan.warmup + plan.duration) {
      end_ = SampleServer(options_.server_pid);
    }
  }
  std::optional<ServerCost> cost() const {
    if (!begin_ || !end_) return std::nullopt;
    return ServerCost{.time = end_->at - begin_->at,
                      .cpu = end_->cpu - begin_->cpu,
                      .context_switches = end_->context_switches - begin_->context_switches,
                      .memory_before = begin_->memory_bytes,
                      .memory_after = end_->memory_bytes};
  }

 private:
  const EdgewrkOptions& options_;
  std::optional<ServerSample> begin_;
  std::optional<ServerSample> end_;
};

// Errors are objectives missed unless one of the objectives is about them.
int Judge(RunRecord& record) {
  const int code = ExitCode(record.result);
  bool missed = false;
  bool errors_matter = true;
  for (const Objective& objective : record.options.objectives) {
    record.objectives.push_back({objective, objective.Judge(record.options.plan, record.result)});
    missed = missed || !record.objectives.back().judgement.kept;
    errors_matter = errors_matter && !objective.about_errors();
  }
  if (code == 2) return code;
  return missed || (errors_matter && code != 0) ? 1 : 0;
}

bool Write(const std::string& path, const std::string& text) {
  if (path.empty()) return true;
  if (path == "-") {
    Print(text);
    return true;
  }
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) std::fprintf(stderr, "edgewrk: cannot write %s\n", path.c_str());
  return !file.fail();
}

bool WriteAll(const RunRecord& record) {
  const EdgewrkOptions& options = record.options;
  const Tally& tally = record.result.tally;
  bool written = Write(options.json_path, ToJson(record));
  written = Write(options.hgrm_path,
                  PercentileSpectrum(options.plan.open_loop() ? tally.scheduled : tally.raw)) &&
            written;
  return Write(options.report_path, ToHtml(record)) && written;
}

std::string Now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

int Run(RunRecord& record) {
  EdgewrkOptions& options = record.options;
  RunPlan& plan = options.plan;
  absl::StatusOr<std::string> request = RequestText(options);
  if (!request.ok()) return Fail(StdView(request.status().message()));
  plan.request = *std::move(request);
  plan.asks_for_heads = options.method == "HEAD";
  absl::StatusOr<std::vector<SocketAddress>> addresses = Resolve(plan.url);
  if (!addresses.ok()) return Fail(StdView(addresses.status().message()));
  plan.addresses = *std::move(addresses);
  if (options.server_pid != 0 && !SampleServer(options.server_pid)) {
    return Fail("--server-pid: there is no process " + std::to_string(options.server_pid) +
                ", or no right to look at it");
  }
  record.began = Now();
  record.before = MachineRecord::Take();
  const Interrupt interrupt;
  ServerWatch watch(options);
  Print(ReportBegin(options));
  {
    ProgressLine line(plan);
    record.result = RunLoad(plan, [&](const RunProgress& progress) {
      line.Show(progress);
      watch.Look(progress);
      return !interrupt.came();
    });
  }
  const RunResult& result = record.result;
  if (result.unreachable() && !result.tally.complaints.empty()) {
    return Fail("unable to " + result.tally.complaints.begin()->first);
  }
  record.after = MachineRecord::Take();
  record.server = watch.cost();
  record.audit = AuditRun(plan, result);
  record.exit_code = Judge(record);
  Print(ReportEnd(record));
  return WriteAll(record) ? record.exit_code : kInvalid;
}

int Main(int argc, char** argv) {
  absl::StatusOr<EdgewrkOptions> options = ParseEdgewrkOptions(argc, argv);
  if (!options.ok()) return Fail(StdView(options.status().message()));
  switch (options->ask) {
    case EdgewrkOptions::Ask::kHelp:
      Print(EdgewrkHelp());
      return 0;
    case EdgewrkOptions::Ask::kVersion:
      Print("edgewrk 0.1.0 [epoll]\n");
      return 0;
    case EdgewrkOptions::Ask::kSelftest:
      return RunSelftest();
    case EdgewrkOptions::Ask::kRun:
      break;
  }
  RunRecord record;
  record.arguments.assign(argv + 1, argv + argc);
  record.options = *std::move(options);
  return Run(record);
}

}  // namespace
}  // namespace edgewise::wrk

int main(int argc, char** argv) { return edgewise::wrk::Main(argc, argv); }
