// edgewise-micro: what the parts of the library cost, each by itself.
//
// Google Benchmark's own flags (--benchmark_filter, --benchmark_format=json, ...) are all there is.
// Under callgrind each case runs a fixed number of times and leaves its number of instructions:
// growth.py reads them.
#include <benchmark/benchmark.h>

#include <initializer_list>

#include "bench/micro/trial.h"

namespace edgewise::micro {
namespace {

// Enough to even out what happens every second or fourth time.
constexpr std::int64_t kCountedIterations = 4;

void Add(const Family& family) {
  const bool counting = InstructionCount::Available();
  if (counting && family.alone == Alone::kNo) return;
  auto* const added = benchmark::RegisterBenchmark(
      family.name, [name = family.name, run = family.run](benchmark::State& state) {
        Trial trial(state, name);
        run(trial);
      });
  for (const std::int64_t size : family.sizes) added->Arg(size);
  if (family.alone == Alone::kNo) added->UseRealTime();
  if (counting) added->Iterations(kCountedIterations);
}

}  // namespace
}  // namespace edgewise::micro

int main(int argc, char** argv) {
  using namespace edgewise::micro;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (auto* const group :
       {&Rounds, &Tables, &Timers, &Posts, &Codecs, &HttpCodecs, &Connections}) {
    for (const Family& family : group()) Add(family);
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
