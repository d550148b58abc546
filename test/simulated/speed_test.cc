// What a simulated request costs, counted: never in time.
#include <catch2/catch_test_macros.hpp>

#include "reactor/kernel/simulated/plain_chooser.h"
#include "test/simulated/echo_load.h"

namespace edgewise::simulated_test {
namespace {

EchoCost CostOf(const EchoLoad& load) {
  sim::PlainChooser chooser;
  return load.Run(chooser);
}

}  // namespace

TEST_CASE("a request at depth 1 costs its handful of kernel calls, and one at depth 16 far less") {
  const auto slope = [](std::uint64_t depth) {
    const EchoCost few = CostOf({.depth = depth, .connections = 8, .requests = 800});
    const EchoCost many = CostOf({.depth = depth, .connections = 8, .requests = 8800});
    return static_cast<double>(many.calls - few.calls) / 8000;
  };
  // A wait, Receive and Send at either end; the many share them.
  CHECK(slope(1) >= 4);
  CHECK(slope(1) < 6.5);
  CHECK(slope(16) < 0.5);
}

TEST_CASE("the same load takes the same virtual time and the same calls every time") {
  const EchoLoad load{.depth = 3, .connections = 5, .requests = 999};
  const EchoCost first = CostOf(load);
  const EchoCost again = CostOf(load);
  CHECK(first.calls == again.calls);
  CHECK(first.elapsed == again.elapsed);
}

}  // namespace edgewise::simulated_test
