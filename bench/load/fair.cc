#include "bench/load/fair.h"

#include <atomic>
#include <cstdio>
#include <thread>

#include "bench/load/closed_loop.h"
#include "bench/load/cpu_clock.h"
#include "bench/load/polite_client.h"

namespace edgewise::load {
namespace {

constexpr std::size_t kGreedyConnections = 100;
constexpr std::size_t kGreedyDepth = 4;
constexpr std::size_t kGreedyBytes = 100'000;
constexpr std::size_t kPoliteBytes = 64;
// While the polite client waits for its last answers, the greedy ones go on.
constexpr Duration kAfterStep = std::chrono::milliseconds(20);

double Milliseconds(Duration duration) { return Seconds(duration) * 1e3; }

int Print(const ClosedLoop& greedy, double megabytes_per_second, const PoliteClient& polite) {
  const auto& latencies = polite.latencies();
  const std::string& complaint =
      polite.complaint().empty() ? greedy.complaint() : polite.complaint();
  std::printf(
      "{\"requests\": %zu, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"p99.9_ms\": %.3f, "
      "\"max_ms\": %.3f, \"unanswered\": %llu, \"greedy_mb_per_s\": %.1f, \"realtime\": %s, "
      "\"errors\": %llu, \"complaint\": \"%s\"}\n",
      latencies.size(), Milliseconds(Percentile(latencies, 0.5)),
      Milliseconds(Percentile(latencies, 0.99)), Milliseconds(Percentile(latencies, 0.999)),
      Milliseconds(Percentile(latencies, 1)), static_cast<unsigned long long>(polite.unanswered()),
      megabytes_per_second, polite.realtime() ? "true" : "false",
      static_cast<unsigned long long>(greedy.errors()), complaint.c_str());
  return complaint.empty() && polite.unanswered() == 0 ? 0 : 1;
}

}  // namespace

int RunFair(const LoadOptions& options) {
  const Request greedy_request(Protocol::kEcho, kGreedyBytes);
  const Request polite_request(Protocol::kEcho, kPoliteBytes);
  // The greedy answers are counted and thrown away unread: a client that compared them would be the
  // bottleneck, the server would seldom be busy, and its fairness would not be tried.
  ClosedLoop greedy(greedy_request, {.connections = kGreedyConnections,
                                     .depth = kGreedyDepth,
                                     .refill = Refill::kEachAnswer,
                                     .scrutiny = Scrutiny::kSizes,
                                     .patience = options.patience});
  PoliteClient polite(polite_request, {.duration = options.duration, .patience = options.patience});
  if (!polite.Connect(options.target, kGreedyConnections) || !greedy.Start(options.target)) {
    const std::string& why = polite.complaint().empty() ? greedy.complaint() : polite.complaint();
    std::fprintf(stderr, "edgewise-load: %s\n", why.c_str());
    return 2;
  }
  greedy.RunFor(options.warmup);
  const std::uint64_t bytes_before = greedy.bytes_received();
  const Time start = Now();
  std::atomic<bool> polite_done = false;
  std::thread thread([&] {
    polite.Run();
    polite_done = true;
  });
  greedy.RunFor(options.duration);
  const double seconds = Seconds(Now() - start);
  const double rate = static_cast<double>(greedy.bytes_received() - bytes_before) / seconds / 1e6;
  while (!polite_done && !greedy.finished()) greedy.RunFor(kAfterStep);
  thread.join();
  return Print(greedy, rate, polite);
}

}  // namespace edgewise::load
