#include "bench/edgewrk/load_run.h"

#include <algorithm>
#include <memory>
#include <thread>

#include "bench/edgewrk/units.h"
#include "reactor/kernel/linux_kernel.h"

namespace edgewise::wrk {
namespace {

using Threads = std::vector<std::unique_ptr<LoadThread>>;

// How often the main thread looks.
constexpr auto kLook = std::chrono::milliseconds(5);

// The lanes are spread over the threads as evenly as can be: `-t2 -c5` is 3 and 2.
Threads MakeThreads(const RunPlan& plan) {
  Threads threads;
  std::size_t first = 0;
  for (std::size_t i = 0; i < plan.threads; ++i) {
    const std::size_t lanes =
        plan.connections / plan.threads + (i < plan.connections % plan.threads ? 1 : 0);
    threads.push_back(std::make_unique<LoadThread>(plan, first, lanes));
    first += lanes;
  }
  return threads;
}

RunProgress Look(const Threads& threads, RunProgress::Stage stage, Time begin) {
  RunProgress progress{.stage = stage};
  if (stage != RunProgress::Stage::kConnecting) {
    progress.elapsed = LinuxKernel::Instance().MonotonicNow() - begin;
  }
  for (const auto& thread : threads) progress.answered += thread->answered();
  return progress;
}

}  // namespace

double RunResult::rate() const {
  return static_cast<double>(tally.answered) / std::max(Seconds(window), 1e-9);
}

RunResult RunLoad(const RunPlan& plan, absl::FunctionRef<bool(const RunProgress&)> progress) {
  using Stage = RunProgress::Stage;
  RunResult result;
  const Threads threads = MakeThreads(plan);
  for (const auto& thread : threads) thread->Start();
  // Whether `all` holds of every thread before the run is interrupted.
  const auto wait_until = [&](auto&& all, Stage stage, Time begin) {
    while (!std::all_of(threads.begin(), threads.end(), all)) {
      std::this_thread::sleep_for(kLook);
      if (!result.interrupted && !progress(Look(threads, stage, begin))) {
        result.interrupted = true;
        for (const auto& thread : threads) thread->EndEarly();
        if (stage == Stage::kConnecting) return;
      }
    }
  };
  wait_until([](const auto& thread) { return thread->settled() || thread->finished(); },
             Stage::kConnecting, {});
  const Time start = LinuxKernel::Instance().MonotonicNow();
  const bool hopeless = std::all_of(threads.begin(), threads.end(),
                                    [](const auto& thread) { return thread->hopeless(); });
  for (const auto& thread : threads) {
    if (hopeless) thread->EndEarly();
    if (!hopeless && !result.interrupted) thread->Begin(start);
  }
  wait_until([](const auto& thread) { return thread->finished(); }, Stage::kSending, start);
  for (const auto& thread : threads) {
    thread->Join();
    result.tally.Add(thread->result().tally);
    result.timeline.Add(thread->result().timeline);
    result.window = std::max(result.window, thread->result().window);
    result.opened += thread->result().opened;
    result.threads.push_back(thread->result());
  }
  return result;
}

}  // namespace edgewise::wrk
