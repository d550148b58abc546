// edgewise-load: loads a server and verifies its answers. See --help.
#include <cstdio>

#include "bench/load/closed_loop.h"
#include "bench/load/cpu_clock.h"
#include "bench/load/fair.h"
#include "bench/load/idle_herd.h"
#include "bench/load/load_options.h"

namespace edgewise::load {
namespace {

// A moment of a run: what is subtracted at its end.
struct Mark {
  Time time;
  Duration client_cpu;
  Duration server_cpu;
  std::uint64_t answers;
  std::uint64_t bytes;
};

Mark Take(const ClosedLoop& loop, pid_t server) {
  return {Now(), CpuTime(0), server != 0 ? CpuTime(server) : Duration::zero(), loop.answers(),
          loop.bytes_received()};
}

int Print(const LoadOptions& options, const ClosedLoop& loop, const Mark& from, const Mark& to) {
  const double seconds = Seconds(to.time - from.time);
  const auto requests = static_cast<double>(to.answers - from.answers);
  const auto megabytes = static_cast<double>(to.bytes - from.bytes) / 1e6;
  std::printf(
      "{\"protocol\": \"%s\", \"connections\": %zu, \"depth\": %zu, \"requests\": %.0f, "
      "\"seconds\": %.6f, \"rate\": %.1f, \"mb_per_s\": %.2f, \"client_cpu\": %.6f, "
      "\"server_cpu\": %.6f, \"errors\": %llu, \"complaint\": \"%s\"}\n",
      ProtocolName(options.protocol).data(), options.connections, options.depth, requests, seconds,
      requests / seconds, megabytes / seconds, Seconds(to.client_cpu - from.client_cpu),
      Seconds(to.server_cpu - from.server_cpu), static_cast<unsigned long long>(loop.errors()),
      loop.complaint().c_str());
  return loop.errors() == 0 ? 0 : 1;
}

int RunClosedLoop(const LoadOptions& options) {
  const Request request(options.protocol, options.payload_bytes);
  ClosedLoop loop(request, {.connections = options.connections,
                            .depth = options.depth,
                            .requests_max = options.requests,
                            .patience = options.patience});
  if (!loop.Start(options.target)) {
    std::fprintf(stderr, "edgewise-load: %s\n", loop.complaint().c_str());
    return 2;
  }
  if (options.requests == 0) loop.RunFor(options.warmup);
  const Mark from = Take(loop, options.server_pid);
  if (options.requests == 0) {
    loop.RunFor(options.duration);
  } else {
    while (!loop.finished()) loop.RunFor(std::chrono::seconds(1));
  }
  return Print(options, loop, from, Take(loop, options.server_pid));
}

}  // namespace
}  // namespace edgewise::load

int main(int argc, char** argv) {
  using edgewise::load::Mode;
  const auto options = edgewise::load::ParseLoadOptions(argc, argv);
  switch (options.mode) {
    case Mode::kLoad:
      return edgewise::load::RunClosedLoop(options);
    case Mode::kIdle:
      return edgewise::load::HoldIdleHerd(options);
    case Mode::kFair:
      return edgewise::load::RunFair(options);
  }
  return 2;
}
