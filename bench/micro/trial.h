// Trial: one case of one family, while it is measured; and Family, what there is to measure.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/micro/instruction_count.h"

namespace edgewise::micro {

// A body is run again and again; each run is `operations` operations, and the figure is the cost of
// one. It runs once before, so that what is made on first use is not in the figure.
//
// Threading: one thread. Ownership: none; made by the program for each case.
class Trial {
 public:
  Trial(benchmark::State& state, std::string_view family) : state_(state), family_(family) {}

  // What the family grows by.
  std::size_t size() const { return static_cast<std::size_t>(state_.range(0)); }

  template <typename Body>
  void Measure(std::size_t operations, Body&& body) {
    // Being counted costs a few instructions, which short bodies are not to be timed with.
    if (InstructionCount::Available())
      return MeasureAfter(
          operations, [] {}, body);
    body();
    for ([[maybe_unused]] auto iteration : state_) body();
    Report(operations);
  }

  // The same, and `prepare` runs before each body, unmeasured. (Stopping the clock costs about a
  // microsecond: the body should take many times that.)
  template <typename Prepare, typename Body>
  void MeasureAfter(std::size_t operations, Prepare&& prepare, Body&& body) {
    prepare();
    body();
    for ([[maybe_unused]] auto iteration : state_) {
      state_.PauseTiming();
      prepare();
      state_.ResumeTiming();
      InstructionCount::Resume();
      body();
      InstructionCount::Pause();
    }
    Report(operations);
  }

 private:
  void Report(std::size_t operations) {
    const auto done = static_cast<std::size_t>(state_.iterations()) * operations;
    state_.counters["per_op"] = benchmark::Counter(
        static_cast<double>(done), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    InstructionCount::Report(std::string(family_) + "/" + std::to_string(size()) + " " +
                             std::to_string(done));
  }

  benchmark::State& state_;
  const std::string_view family_;
};

// Whether other threads or the operating system take part: then instructions say nothing, and only
// the time on the wall does.
enum class Alone : std::uint8_t { kYes, kNo };

struct Family {
  const char* name;
  void (*run)(Trial& trial);
  std::vector<std::int64_t> sizes;
  Alone alone = Alone::kYes;
};

// Each group of families, by the file that it stands in.
std::vector<Family> Rounds();
std::vector<Family> Tables();
std::vector<Family> Timers();
std::vector<Family> Posts();
std::vector<Family> Codecs();
std::vector<Family> HttpCodecs();
std::vector<Family> Connections();

// Numbers that look like chance and are the same each time.
class Scatter {
 public:
  std::uint64_t Next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return state_ >> 33;  // 31 bits
  }
  // Below `bound`.
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(Next()) % bound; }

 private:
  std::uint64_t state_ = 1;
};

}  // namespace edgewise::micro
