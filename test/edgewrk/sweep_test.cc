// Where the knee is, by the figures of the rates.
#include "bench/edgewrk/sweep.h"

#include <catch2/catch_test_macros.hpp>

namespace edgewise::wrk {
namespace {

SweepStep Step(double rate, std::vector<double> p99, double answered = 1, bool kept = true) {
  SweepStep step{.rate = rate};
  for (const double value : p99) {
    step.runs.push_back({.p99 = value, .answered = answered, .kept = kept});
  }
  return step;
}

TEST_CASE("the knee is the highest rate whose p99 is within ten times the lowest") {
  std::vector<SweepStep> steps{Step(100, {2e-3}), Step(200, {1e-3}), Step(300, {9e-3}),
                               Step(400, {11e-3}), Step(500, {99e-3})};
  CHECK(FindKnee(steps, false) == 300);
  CHECK(steps[2].holds);
  CHECK_FALSE(steps[3].holds);
}

// (Once the knee was below the first rate that did not hold: one bad moment of the machine at a
// tenth of the load, and it was a tenth.)
TEST_CASE("one disturbed rate moves the knee neither down nor up") {
  std::vector<SweepStep> low{Step(100, {1e-3}), Step(200, {1.0}), Step(300, {1e-3}),
                             Step(400, {1e-3}), Step(500, {1.0}), Step(600, {1.0})};
  CHECK(FindKnee(low, false) == 400);
  std::vector<SweepStep> high{Step(100, {1e-3}), Step(200, {1e-3}), Step(300, {1.0}),
                              Step(400, {1.0}),  Step(500, {1e-3}), Step(600, {1.0})};
  CHECK(FindKnee(high, false) == 200);
}

TEST_CASE("a single bad run of three does not decide, two do") {
  std::vector<SweepStep> steps{Step(100, {1e-3, 1e-3, 1e-3}), Step(200, {1e-3, 2.0, 1e-3}),
                               Step(300, {2.0, 2.0, 1e-3})};
  CHECK(FindKnee(steps, false) == 200);
}

TEST_CASE("a rate at which answers are owed does not hold, however fast the others were") {
  std::vector<SweepStep> steps{Step(100, {1e-3}), Step(200, {1e-3}, 0.98)};
  CHECK(FindKnee(steps, false) == 100);
}

TEST_CASE("with objectives those decide, and the latency only through them") {
  std::vector<SweepStep> steps{Step(100, {1e-3}), Step(200, {1.0}), Step(300, {1e-3}, 1, false)};
  CHECK(FindKnee(steps, true) == 200);
}

TEST_CASE("where nothing holds, or nothing was measured, there is no knee") {
  std::vector<SweepStep> steps{Step(100, {1e-3}, 0.5), Step(200, {})};
  CHECK(FindKnee(steps, false) == 0);
  std::vector<SweepStep> none;
  CHECK(FindKnee(none, false) == 0);
}

TEST_CASE("a rate whose answers are errors does not hold, however quick they were") {
  std::vector<SweepStep> steps{Step(100, {1e-3}), Step(200, {1e-3})};
  steps[1].runs[0].sound = false;
  CHECK(FindKnee(steps, false) == 100);
}

TEST_CASE("rates that were not measured decide nothing") {
  std::vector<SweepStep> steps{Step(100, {1e-3}), Step(200, {}), Step(300, {2e-3}), Step(400, {0})};
  CHECK(LowestP99(steps) == 1e-3);
  CHECK(FindKnee(steps, false) == 400);
  CHECK(LowestP99({}) == 0);
}

TEST_CASE("whether edgewrk is the limit is asked of the first rate that does not hold") {
  SweepResult result{.steps = {Step(100, {1e-3}), Step(200, {1.0}), Step(300, {1.0})}, .knee = 100};
  result.steps[2].runs[0].by_client = true;
  CHECK_FALSE(result.limited_by_client());
  result.steps[1].runs[0].by_client = true;
  CHECK(result.limited_by_client());
  result.knee = 300;
  CHECK(result.all_held());
  CHECK_FALSE(result.limited_by_client());
  result.client_limits_closed_loop = true;
  CHECK(result.limited_by_client());
}

TEST_CASE("a sweep in words names its knee, its criterion, and its own limit") {
  SweepPlan plan;
  plan.objectives.push_back(*Objective::Parse("p99<2ms"));
  SweepResult result{.closed_loop = 1000, .steps = {Step(500, {1e-3}), Step(1000, {1.0})}};
  result.steps[1].runs[0].by_client = true;
  result.knee = 500;
  const std::string text = SweepText(plan, result);
  CAPTURE(text);
  CHECK(text.find("Knee: 500.00 requests a second, up to which p99<2ms") != std::string::npos);
  CHECK(text.find("edgewrk itself had no processor time to spare") != std::string::npos);
}

}  // namespace
}  // namespace edgewise::wrk
