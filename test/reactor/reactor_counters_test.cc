// The counters as a whole; what each one counts is tested where it is counted.
#include "reactor/reactor_counters.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>

#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

TEST_CASE("every counter is printed, once") {
  const std::string text = ReactorCounters{}.ToString();
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  CHECK(lines * sizeof(std::uint64_t) == sizeof(ReactorCounters));
  CHECK(text.find("rounds 0\n") == 0);
  CHECK(text.find("\nlongest_upcall_ns 0\n") != std::string::npos);
}

TEST_CASE("adding counters sums them, but for the longest upcall") {
  ReactorCounters sum;
  sum.rounds = 1;
  sum.longest_upcall = std::chrono::microseconds(5);
  ReactorCounters other;
  other.rounds = 2;
  other.tasks_run = 3;
  other.stale_events_dropped = 4;
  other.longest_upcall = std::chrono::microseconds(2);
  sum.Add(other);
  CHECK(sum.rounds == 3);
  CHECK(sum.tasks_run == 3);
  CHECK(sum.stale_events_dropped == 4);
  CHECK(sum.longest_upcall == std::chrono::microseconds(5));
  CHECK(sum.ToString().find("stale_events_dropped 4\n") != std::string::npos);
}

// Runs 600 rounds with an upcall of 3 ms in each, but for one of 7 ms in the last.
Duration LongestUpcall(UpcallTiming timing, std::uint64_t* clock_readings) {
  ReactorFixture fixture(ReactorOptions{.upcall_timing = timing});
  ScriptedHandler& a = fixture.Add("a");
  a.input = [&] {
    fixture.kernel.Advance(std::chrono::milliseconds(a.inputs == 600 ? 7 : 3));
    return Progress::kDrained;
  };
  const std::uint64_t before = fixture.kernel.calls(FakeCall::kMonotonicNow);
  for (int round = 0; round < 600; ++round) fixture.Round({On(a)});
  *clock_readings = fixture.kernel.calls(FakeCall::kMonotonicNow) - before;
  return fixture.counters().longest_upcall;
}

TEST_CASE("the longest upcall is measured as often as was asked for") {
  std::uint64_t readings = 0;
  CHECK(LongestUpcall(UpcallTiming::kOff, &readings) == Duration::zero());
  CHECK(readings == 0);
  CHECK(LongestUpcall(UpcallTiming::kSampled, &readings) == std::chrono::milliseconds(3));
  CHECK(readings == 2 * (600 / 256));
  CHECK(LongestUpcall(UpcallTiming::kEvery, &readings) == std::chrono::milliseconds(7));
  CHECK(readings == 2 * 600);
}

TEST_CASE_METHOD(ReactorFixture,
                 "an upcall that throws is counted as one upcall and one exception") {
  ScriptedHandler& a = Add("a");
  a.input = []() -> Progress { throw 1; };
  Round({On(a)});
  CHECK(counters().upcalls == 1);
  CHECK(counters().exceptions == 1);
  CHECK(counters().registrations == 1);
  CHECK(counters().retired == 1);
}

TEST_CASE_METHOD(ReactorFixture, "waits are the rounds that were willing to block") {
  Round();
  CHECK(counters().waits == 0);
  reactor.RunOnce(std::chrono::milliseconds(1));
  CHECK(counters().waits == 1);
  CHECK(counters().rounds == 2);
}

}  // namespace
}  // namespace edgewise
