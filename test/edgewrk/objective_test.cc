// Objectives: what is understood, and what keeps them.
#include "bench/edgewrk/objective.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "reactor/kernel/text.h"

namespace edgewise::wrk {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// 99 requests of 1 ms and one of 5 ms in a second; two errors.
RunResult SomeResult() {
  RunResult result;
  for (int i = 0; i < 99; ++i) result.tally.raw.Record(milliseconds(1));
  result.tally.raw.Record(milliseconds(5));
  result.tally.sent = result.tally.answered = 100;
  result.tally.statuses[500] = 2;
  result.window = seconds(1);
  return result;
}

bool Kept(const char* text, const RunResult& result) {
  const absl::StatusOr<Objective> objective = Objective::Parse(text);
  REQUIRE(objective.ok());
  return objective->Judge(RunPlan(), result).kept;
}

TEST_CASE("an objective compares what it names with its limit") {
  const RunResult result = SomeResult();
  for (const char* kept :
       {"p50<2ms", "p99<=1001us", "p99.5>4ms", "max<5.01s", "max>=5ms", "mean<1.1ms", "mean>1ms",
        "rate>99", "rate<=100", "errors<3", "errors<=2%", "errors>=2"}) {
    CAPTURE(kept);
    CHECK(Kept(kept, result));
  }
  for (const char* missed : {"p50<1ms", "p99.5<5ms", "max<5ms", "mean>2ms", "rate>100", "rate<0.1k",
                             "errors<2", "errors<2%"}) {
    CAPTURE(missed);
    CHECK_FALSE(Kept(missed, result));
  }
}

TEST_CASE("a quantile of which only a lower bound is known keeps no upper limit") {
  RunResult result = SomeResult();
  result.tally.raw.RecordAtLeast(milliseconds(1));
  CHECK_FALSE(Kept("p99.9<1h", result));
  CHECK_FALSE(Kept("max<1h", result));
  CHECK(Kept("max>1ms", result));
  CHECK(Objective::Parse("max<1h")->Judge(RunPlan(), result).found == "at least 5.00ms");
}

TEST_CASE("with a rate the latency is that by schedule") {
  RunResult result = SomeResult();
  RunPlan plan;
  plan.rate = 100;
  result.tally.scheduled.Record(seconds(1));
  result.tally.send_lag.Record(milliseconds(3));
  CHECK_FALSE(Objective::Parse("p50<2ms")->Judge(plan, result).kept);
  CHECK(Objective::Parse("lag.p50<4ms")->Judge(plan, result).kept);
}

TEST_CASE("an objective that is not understood is refused, with an example") {
  const char* const text = GENERATE("", "p99", "p99=2ms", "p101<2ms", "p<2ms", "speed>1", "p99<",
                                    "p99<2x", "rate>2ms", "errors<x%", "lag.mean<1s");
  CAPTURE(text);
  const absl::Status status = Objective::Parse(text).status();
  REQUIRE_FALSE(status.ok());
  CHECK(std::string(StdView(status.message())).find("such as p99<2ms") != std::string::npos);
}

}  // namespace
}  // namespace edgewise::wrk
