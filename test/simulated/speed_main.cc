// edgewise-sim-speed: what a simulated request costs, in real time: an echo of 64-byte frames on a
// usual day, so that what is measured is the simulated kernel and not the weather.
//
//   edgewise-sim-speed [depth [connections [requests]]]      1, 8, 1'000'000
//
// Instructions per request: the slope of two runs under `valgrind --tool=callgrind`, or
// `perf stat -e instructions:u`.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "reactor/kernel/simulated/plain_chooser.h"
#include "test/simulated/echo_load.h"

int main(int argc, char** argv) {
  const auto argument = [&](int index, std::uint64_t usual) {
    return argc > index ? std::strtoull(argv[index], nullptr, 10) : usual;
  };
  edgewise::simulated_test::EchoLoad load;
  load.depth = argument(1, 1);
  load.connections = argument(2, 8);
  load.requests = argument(3, 1'000'000);
  edgewise::sim::PlainChooser chooser;
  const auto begin = std::chrono::steady_clock::now();
  const edgewise::simulated_test::EchoCost cost = load.Run(chooser);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto requests = static_cast<double>(cost.requests);
  std::printf(
      "depth %llu, %llu connections: %.0f requests/s (%.2f us each), %.2f kernel calls each, "
      "%.2f us of virtual time each\n",
      static_cast<unsigned long long>(load.depth),
      static_cast<unsigned long long>(load.connections), requests / seconds,
      seconds / requests * 1e6, static_cast<double>(cost.calls) / requests,
      std::chrono::duration<double, std::micro>(cost.elapsed).count() / requests);
  return 0;
}
