// edgewrk: loads a server in wrk's manner, verifies its answers, and says what the numbers are
// worth. See --help.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

#include "bench/edgewrk/audit.h"
#include "bench/edgewrk/edgewrk_options.h"
#include "bench/edgewrk/load_run.h"
#include "bench/edgewrk/request_text.h"
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

int Run(EdgewrkOptions& options) {
  RunPlan& plan = options.plan;
  absl::StatusOr<std::string> request = RequestText(options);
  if (!request.ok()) return Fail(StdView(request.status().message()));
  plan.request = *std::move(request);
  plan.asks_for_heads = options.method == "HEAD";
  absl::StatusOr<std::vector<SocketAddress>> addresses = Resolve(plan.url);
  if (!addresses.ok()) return Fail(StdView(addresses.status().message()));
  plan.addresses = *std::move(addresses);
  const Interrupt interrupt;
  Print(ReportBegin(options));
  const RunResult result = [&] {
    ProgressLine line(plan);
    return RunLoad(plan, [&](const RunProgress& progress) {
      line.Show(progress);
      return !interrupt.came();
    });
  }();
  if (result.unreachable() && !result.tally.complaints.empty()) {
    return Fail("unable to " + result.tally.complaints.begin()->first);
  }
  Print(ReportEnd(options, result, AuditRun(plan, result)));
  return ExitCode(result);
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
  return Run(*options);
}

}  // namespace
}  // namespace edgewise::wrk

int main(int argc, char** argv) { return edgewise::wrk::Main(argc, argv); }
