// R1 to R6 of reactor.h. Each test was seen to fail: its comment says how the reactor was broken
// for that, and what the test said. Where a check in the reactor itself would have been first to
// speak, it was taken out as well.
#include <array>
#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdio>
#include <random>
#include <string>

#include "test/reactor/death.h"
#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

using Catch::Matchers::ContainsSubstring;

// Broken by making the upcall in Merge, right after the event was latched:
//   CHECK( b.ready() == kReadable ) with expansion: 0 == 1
TEST_CASE_METHOD(ReactorFixture, "R1: a whole batch is merged before the first upcall") {
  ScriptedHandler& a = Add("a");
  ScriptedHandler& b = Add("b");
  ScriptedHandler& c = Add("c");
  a.input = [&] {
    CHECK(b.ready() == kReadable);
    CHECK(b.linked());
    CHECK(c.ready() == (kReadable | kPeerFinished));
    CHECK(c.linked());
    return Progress::kDrained;
  };
  Round({On(a), On(b), On(c, kEpollIn | kEpollPeerFinished)});
  CHECK(log == Log{"a.input", "b.input", "c.input"});
}

// Broken by leaving out the test for `registered()` in MarkReady and AddInterest:
//   CHECK( a.ready() == kNothing ) with expansion: 3 == 0
TEST_CASE_METHOD(ReactorFixture, "R2: a retired handler is neither ready nor interested") {
  ScriptedHandler& a = Add("a", kReadable | kWritable);
  Round({On(a)});
  TakeLog();
  reactor.MarkReady(a, kReadable);
  reactor.Retire(a, {.cause = CloseCause::kLocal});
  reactor.MarkReady(a, kReadable | kWritable);
  reactor.AddInterest(a, kReadable);
  reactor.DropInterest(a, kWritable);
  reactor.ClearReady(a, kReadable);
  CHECK(a.ready() == kNothing);
  CHECK(a.interest() == kNothing);
  CHECK(kernel.registrations().count(a.handle()) == 0);
  Round();
  CHECK(log == Log{"a.close", "a.reclaim"});
}

// Broken by leaving out the checks in Register, in Retire and in the destructor of EventHandler:
//   CHECK_THAT( … ) with expansion: "survived" contains: "R2: a handler was registered twice"
TEST_CASE("R2: registering twice, and retiring what was never registered, are refused") {
  CHECK_THAT(
      DeathMessage([] {
        ReactorFixture fixture;
        ScriptedHandler& a = fixture.Add("a");
        static_cast<void>(fixture.reactor.Register(a, a.handle(), Watch::kStream, kReadable));
      }),
      ContainsSubstring("R2: a handler was registered twice"));
  CHECK_THAT(DeathMessage([] {
               ReactorFixture fixture;
               fixture.reactor.Retire(fixture.Make("a"), {.cause = CloseCause::kLocal});
             }),
             ContainsSubstring("R2: a handler that was never registered was retired"));
  CHECK_THAT(DeathMessage([] {
               ReactorFixture fixture;
               fixture.Add("a");
               fixture.handlers.clear();
             }),
             ContainsSubstring("retire it first"));
}

// The classic lost edge. Broken by leaving out Requeue in AddInterest:
//   CHECK( a.linked() ) with expansion: false
//   CHECK( LastTimeout() == Duration::zero() ) with expansion: 9223372036854775807 ns == 0 ns
//   CHECK( kernel.hangs() == 0 ) with expansion: 1 == 0
TEST_CASE_METHOD(ReactorFixture, "R3: selecting an interest whose bit is cached links at once") {
  ScriptedHandler& a = Add("a", kNothing);
  Round({On(a)});
  CHECK(log.empty());
  CHECK(a.ready() == kReadable);
  CHECK_FALSE(a.linked());
  reactor.AddInterest(a, kReadable);
  CHECK(a.linked());
  // There will be no other edge: the next round must not block for one.
  reactor.RunOnce();
  CHECK(LastTimeout() == Duration::zero());
  CHECK(kernel.hangs() == 0);
  CHECK(log == Log{"a.input"});
}

// Broken in three ways: by leaving out Requeue in DropInterest, by linking in Merge whatever the
// interest, and by leaving out Requeue after an upcall (in Reclassify). Each time:
//   REQUIRE( b.linked_iff_wanted() ) with expansion: false
TEST_CASE_METHOD(ReactorFixture, "R3: a handler is linked if and only if it is ready and wants") {
  const auto seed = Catch::getSeed();
  std::printf("R3: --rng-seed %llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  const auto below = [&random](std::uint64_t bound) { return random() % bound; };
  const auto directions = [&] { return static_cast<Readiness>(below(4)); };
  constexpr std::array<Progress, 3> kAnswers{Progress::kDrained, Progress::kPreempted,
                                             Progress::kDone};
  const auto answer = [&] { return kAnswers[below(kAnswers.size())]; };
  for (int i = 0; i < 5; ++i) {
    ScriptedHandler& made = Add(std::to_string(i), directions());
    made.input = made.output = [&] {
      // From within an upcall: itself or another.
      reactor.MarkReady(handlers[below(5)], directions());
      reactor.DropInterest(handlers[below(5)], directions());
      return answer();
    };
  }
  for (int step = 0; step < 20'000; ++step) {
    ScriptedHandler& a = handlers[below(5)];
    switch (below(6)) {
      case 0:
        reactor.AddInterest(a, directions());
        break;
      case 1:
        reactor.DropInterest(a, directions());
        break;
      case 2:
        reactor.MarkReady(a, directions());
        break;
      case 3:
        reactor.ClearReady(a, directions());
        break;
      case 4:
        Round({On(a, below(2) != 0 ? kEpollIn : kEpollIn | kEpollOut), On(handlers[below(5)])});
        break;
      default:
        Round();
    }
    for (ScriptedHandler& b : handlers) REQUIRE(b.linked_iff_wanted());
    log.clear();
  }
  CHECK(counters().upcalls > 1000);
}

// Broken by leaving out both looks at `last_round_` (in Dispatch and the check in DispatchOne):
//   CHECK( a.inputs == 1 ) with expansion: 11 == 1
TEST_CASE_METHOD(ReactorFixture, "R4: handlers that wake each other run once a round each") {
  ScriptedHandler& a = Add("a");
  ScriptedHandler& b = Add("b");
  a.input = [&] {
    if (a.inputs < 11) reactor.MarkReady(b, kReadable);
    return Progress::kDrained;
  };
  b.input = [&] {
    if (b.inputs < 11) reactor.MarkReady(a, kReadable);
    return Progress::kDrained;
  };
  Round({On(a)});
  CHECK(a.inputs == 1);
  CHECK(b.inputs == 1);
  CHECK(a.linked());
  Round();
  CHECK(a.inputs == 2);
  CHECK(b.inputs == 2);
}

// Broken likewise: CHECK( a.inputs == 1 ) with expansion: 5 == 1
TEST_CASE("R4: a handler that is preempted runs once a round, even with a slice for it") {
  ReactorFixture fixture(ReactorOptions{.bulk_slice = 4});
  ScriptedHandler& a = fixture.Add("a");
  a.input = [] { return Progress::kPreempted; };
  fixture.Round({On(a)});
  CHECK(a.inputs == 1);
  fixture.Round();
  CHECK(a.inputs == 2);
}

// What a round within an upcall says.
std::string NestedIn(Progress (*upcall)(ReactorFixture&)) {
  return DeathMessage([upcall] {
    ReactorFixture fixture;
    ScriptedHandler& a = fixture.Add("a");
    a.input = [&] { return upcall(fixture); };
    fixture.Round({On(a)});
  });
}

// Broken by leaving out the checks in RunOnce, Run and DrainRetired: each of these was
//   CHECK_THAT( … ) with expansion: "survived" contains: "R5: a round is not re-entrant"
TEST_CASE("R5: a round is not re-entrant, wherever it is tried from") {
  const auto refused = ContainsSubstring("R5: a round is not re-entrant");
  CHECK_THAT(NestedIn([](ReactorFixture& fixture) {
               fixture.Round();
               return Progress::kDone;
             }),
             refused);
  CHECK_THAT(NestedIn([](ReactorFixture& fixture) {
               fixture.reactor.Stop();
               fixture.reactor.Run();
               return Progress::kDone;
             }),
             refused);
  CHECK_THAT(NestedIn([](ReactorFixture& fixture) {
               static_cast<void>(fixture.reactor.Post([&] { fixture.Round(); }));
               return Progress::kDone;
             }),
             refused);
  CHECK_THAT(NestedIn([](ReactorFixture& fixture) {
               fixture.handlers[0].close = [&] { fixture.Round(); };
               return Progress::kFailed;
             }),
             refused);
  CHECK_THAT(NestedIn([](ReactorFixture& fixture) {
               fixture.reactor.Retire(fixture.handlers[0], {.cause = CloseCause::kLocal});
               fixture.reactor.DrainRetired();
               return Progress::kDone;
             }),
             ContainsSubstring("R5: DrainRetired was called from an upcall"));
}

// Broken by leaving a retired handler in the queue, with its masks:
//   CHECK( log == Log{…} ) with expansion: { "a.input", "a.output", "b.input", "b.output" } == …
// by calling HandleClose in Retire as well as at the end of the round:
//   CHECK( b.closes == 1 ) with expansion: 2 == 1
// and by not counting: CHECK( counters().stale_events_dropped == 1 ) with expansion: 0 == 1
TEST_CASE_METHOD(ReactorFixture,
                 "R6: a retired handler gets one HandleClose and nothing after it") {
  ScriptedHandler& a = Add("a", kReadable | kWritable);
  ScriptedHandler& b = Add("b", kReadable | kWritable);
  a.input = [&] {
    reactor.Retire(b, {.cause = CloseCause::kIdleTimeout});
    reactor.Retire(b, {.cause = CloseCause::kLocal});
    return Progress::kDrained;
  };
  Round({On(a, kEpollIn | kEpollOut), On(b, kEpollIn | kEpollOut)});
  CHECK(log == Log{"a.input", "a.output", "b.close", "b.reclaim"});
  CHECK(b.reason.cause == CloseCause::kIdleTimeout);
  CHECK(counters().stale_events_dropped == 1);
  CHECK(counters().retired == 1);
  CHECK(reactor.registered() == 1);
  Round();
  CHECK(b.closes == 1);
  CHECK(b.reclaims == 1);
}

}  // namespace
}  // namespace edgewise
