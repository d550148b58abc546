// A run against one server: from the options to the report, the files and the exit code.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "absl/strings/str_format.h"
#include "bench/edgewrk/commands.h"
#include "bench/edgewrk/company.h"
#include "bench/edgewrk/page.h"
#include "bench/edgewrk/page_texts.h"
#include "bench/edgewrk/percentile_spectrum.h"
#include "bench/edgewrk/request_text.h"
#include "bench/edgewrk/syscall_counter.h"
#include "bench/edgewrk/terminal.h"
#include "bench/edgewrk/units.h"
#include "bench/edgewrk/wrk_report.h"
#include "reactor/kernel/text.h"

namespace edgewise::wrk {
namespace {

// The server's process before there are connections, and at the two ends of the window.
class ServerWatch {
 public:
  explicit ServerWatch(const EdgewrkOptions& options) : options_(options) {
    if (options.server_pid != 0) idle_ = SampleServer(options.server_pid);
  }

  bool failed() const { return options_.server_pid != 0 && !idle_; }

  void Look(const RunProgress& progress) {
    const RunPlan& plan = options_.plan;
    if (!idle_ || progress.stage != RunProgress::Stage::kSending) return;
    if (!begin_ && progress.elapsed >= plan.warmup) {
      syscalls_.emplace(options_.server_pid);
      begin_ = SampleServer(options_.server_pid);
    }
    if (begin_ && !end_ && progress.elapsed >= plan.warmup + plan.duration) {
      counted_ = syscalls_->count();
      end_ = SampleServer(options_.server_pid);
    }
  }

  std::optional<ServerCost> cost(const RunResult& result) const {
    if (!begin_ || !end_) return std::nullopt;
    const Duration time = end_->at - begin_->at;
    return ServerCost{.time = time,
                      .requests = std::max(result.rate() * Seconds(time), 1.0),
                      .cpu = end_->cpu - begin_->cpu,
                      .context_switches = Switches(),
                      .syscalls = counted_,
                      .memory_idle = idle_->memory_bytes,
                      .memory_before = begin_->memory_bytes,
                      .memory_after = end_->memory_bytes,
                      .connections = result.opened,
                      .has_company = !options_.company.empty()};
  }

 private:
  std::optional<std::uint64_t> Switches() const {
    if (end_->context_switches < begin_->context_switches) return std::nullopt;
    return end_->context_switches - begin_->context_switches;
  }

  const EdgewrkOptions& options_;
  std::optional<ServerSample> idle_;
  std::optional<ServerSample> begin_;
  std::optional<ServerSample> end_;
  std::optional<SyscallCounter> syscalls_;
  std::optional<std::uint64_t> counted_;
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

bool WriteAll(const RunRecord& record) {
  const EdgewrkOptions& options = record.options;
  const bool written = WriteDocument(options, kRunPage, RunDocument(record));
  return WriteFile(options.hgrm_path, PercentileSpectrum(record.result.latency(options.plan))) &&
         written;
}

std::string Stage(const RunPlan& plan, const RunProgress& progress) {
  if (progress.stage == RunProgress::Stage::kConnecting) return "connecting";
  return absl::StrFormat("%.1f of %.1f s, %d answers", Seconds(progress.elapsed),
                         Seconds(plan.warmup + plan.duration), progress.answered);
}

}  // namespace

int RunCommand(RunRecord& record) {
  EdgewrkOptions& options = record.options;
  RunPlan& plan = options.plan;
  const absl::Status complete = CompletePlan(options);
  if (!complete.ok()) return Fail(StdView(complete.message()));
  ServerWatch watch(options);
  if (watch.failed()) {
    return Fail("--server-pid: there is no process " + std::to_string(options.server_pid) +
                ", or no right to look at it");
  }
  const absl::Status room = Company::CheckLimit(plan, options.company);
  if (!room.ok()) return Fail(StdView(room.message()));
  record.before = MachineRecord::Take();
  Interrupt interrupt;
  Print(ReportBegin(options));
  std::optional<Company> company;
  if (!options.company.empty()) company.emplace(plan, options.company).Start();
  {
    ProgressLine line;
    record.result = RunLoad(plan, [&](const RunProgress& progress) {
      line.Show([&] { return Stage(plan, progress); });
      watch.Look(progress);
      return !interrupt.came();
    });
  }
  if (company) record.company = company->Stop();
  const RunResult& result = record.result;
  if (result.unreachable() && !result.tally.complaints.empty()) {
    return Fail("unable to " + result.tally.complaints.begin()->first);
  }
  record.after = MachineRecord::Take();
  record.server = watch.cost(result);
  record.audit = AuditRun(plan, result);
  record.exit_code = Judge(record);
  Print(ReportEnd(record));
  return WriteAll(record) ? record.exit_code : kInvalid;
}

}  // namespace edgewise::wrk
