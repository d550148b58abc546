// See company.h.
#include "bench/edgewrk/company.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/edgewrk/thread_times.h"
#include "reactor/check.h"
#include "reactor/kernel/linux_kernel.h"

namespace edgewise::wrk {
namespace {

constexpr int kNice = 10;
// They come one after the other, or a server's queue of connections would overflow at once.
constexpr Duration kBetweenArrivals = std::chrono::microseconds(50);

void RaiseDescriptorLimit(std::size_t by) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t room = limit.rlim_max - limit.rlim_cur;
  limit.rlim_cur += std::min<rlim_t>(room, by);
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

absl::Status Company::CheckLimit(const RunPlan& plan, const std::vector<CompanySpec>& specs) {
  constexpr std::size_t kForOthers = 64;  // epoll, timers, files
  std::size_t wanted = plan.connections + kForOthers;
  for (const CompanySpec& spec : specs) wanted += spec.count;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max >= wanted) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("--beside: all connections together take ", wanted,
                   " descriptors, and this process may have ", limit.rlim_max,
                   "; ask for fewer, or raise the hard limit (ulimit -Hn)"));
}

Company::Company(const RunPlan& plan, const std::vector<CompanySpec>& specs)
    : open_loop_(plan.open_loop()) {
  // The tables name the reports, which must not move any more.
  for (const CompanySpec& spec : specs) reports_.emplace_back().spec = spec;
  for (CompanyReport& report : reports_) {
    CompanyTable& table = tables_.emplace_back(CompanyTable::Of(plan, loop_, report, unsettled_));
    for (std::size_t i = 0; i < report.spec.count; ++i) guests_.emplace_back(table);
  }
  unsettled_ = guests_.size();
}

Company::~Company() { Join(); }

void Company::Start() {
  EDGEWISE_CHECK(begin_ == Time(), "a company comes once; make another");
  RaiseDescriptorLimit(guests_.size());
  begin_ = LinuxKernel::Instance().MonotonicNow();
  thread_ = std::thread([this] { Run(); });
  static_cast<void>(settled_.try_acquire_for(kSettleTimeout));
}

CompanyRecord Company::Stop() {
  EDGEWISE_CHECK(thread_.joinable(), "Start() first");
  Join();
  return {
      .reports = reports_, .time = LinuxKernel::Instance().MonotonicNow() - begin_, .cpu = cpu_};
}

void Company::Join() {
  if (!thread_.joinable()) return;
  stop_.store(true, std::memory_order_relaxed);
  loop_.Wake();
  thread_.join();
}

// Of this thread only, whatever POSIX says of processes.
void Company::StepBack() const {
  const sched_param none{};
  if (open_loop_ && sched_setscheduler(0, SCHED_IDLE, &none) == 0) return;
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice));
}

void Company::Run() {
  StepBack();
  Time arrival = LinuxKernel::Instance().MonotonicNow();
  for (CompanyGuest& guest : guests_) {
    guest.ArriveAt(arrival);
    arrival += kBetweenArrivals;
  }
  bool told = false;
  while (!stop_.load(std::memory_order_relaxed)) {
    loop_.RunOnce();
    if (unsettled_ == 0 && !std::exchange(told, true)) settled_.release();
  }
  for (CompanyGuest& guest : guests_) guest.Leave();
  cpu_ = ReadThreadTimes().cpu;
}

}  // namespace edgewise::wrk
