// The end of a handler, from wherever it comes (R6 in detail).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <stdexcept>

#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

TEST_CASE_METHOD(ReactorFixture, "retiring twice closes once, with the first reason") {
  ScriptedHandler& a = Add("a");
  const Handle handle = a.handle();
  reactor.Retire(a, {.cause = CloseCause::kMalformed, .detail = "first"});
  reactor.Retire(a, {.cause = CloseCause::kLocal, .detail = "second"});
  CHECK(a.registration() == EventHandler::Registration::kRetired);
  CHECK(kernel.registrations().count(handle) == 0);
  CHECK(a.closes == 0);
  Round();
  CHECK(log == Log{"a.close", "a.reclaim"});
  CHECK(a.reason.cause == CloseCause::kMalformed);
  CHECK(std::string(a.reason.detail) == "first");
  CHECK(counters().retired == 1);
  CHECK(a.registration() == EventHandler::Registration::kIdle);
  CHECK_FALSE(kernel.is_open(handle));
  CHECK(kernel.closed_registered() == 0);
}

TEST_CASE_METHOD(ReactorFixture, "a handler that retires itself is asked nothing more") {
  const Progress answer =
      GENERATE(Progress::kDrained, Progress::kPreempted, Progress::kDone, Progress::kFailed);
  ScriptedHandler& a = Add("a", kReadable | kWritable);
  a.input = [&] {
    reactor.Retire(a, {.cause = CloseCause::kEndOfStream});
    return answer;
  };
  Round({On(a, kEpollIn | kEpollOut | kEpollError)});
  CHECK(log == Log{"a.input", "a.close", "a.reclaim"});
  CHECK(a.reason.cause == CloseCause::kEndOfStream);
  CHECK(counters().stale_events_dropped == 0);
  reactor.RunOnce(std::chrono::milliseconds(1));
  CHECK(LastTimeout() == std::chrono::milliseconds(1));
}

TEST_CASE_METHOD(ReactorFixture, "kFailed retires with the cause that the system is to blame") {
  ScriptedHandler& a = Add("a", kReadable | kWritable);
  a.output = [] { return Progress::kFailed; };
  Round({On(a, kEpollIn | kEpollOut)});
  CHECK(log == Log{"a.input", "a.output", "a.close", "a.reclaim"});
  CHECK(a.reason.cause == CloseCause::kSystem);
}

TEST_CASE_METHOD(ReactorFixture, "a handler retired in an earlier place of the batch is skipped") {
  ScriptedHandler& a = Add("a");
  ScriptedHandler& b = Add("b");
  ScriptedHandler& c = Add("c");
  a.input = [&] {
    reactor.Retire(b, {.cause = CloseCause::kLocal});
    return Progress::kDrained;
  };
  Round({On(a), On(b), On(c)});
  CHECK(log == Log{"a.input", "c.input", "b.close", "b.reclaim"});
  CHECK(counters().stale_events_dropped == 1);
}

TEST_CASE_METHOD(ReactorFixture, "a bulk handler that waits for its turn can be retired") {
  ScriptedHandler& a = Add("a");
  ScriptedHandler& b = Add("b");
  a.input = b.input = [] { return Progress::kPreempted; };
  Round({On(a), On(b)});
  reactor.Retire(b, {.cause = CloseCause::kLocal});
  Round();
  CHECK(log == Log{"a.input", "b.input", "a.input", "b.close", "b.reclaim"});
  CHECK(counters().stale_events_dropped == 1);
}

TEST_CASE_METHOD(ReactorFixture, "retiring between rounds makes the next round come at once") {
  ScriptedHandler& a = Add("a");
  reactor.Retire(a, {.cause = CloseCause::kLocal});
  CHECK(reactor.PollTimeout() == Duration::zero());
  reactor.RunOnce();
  CHECK(LastTimeout() == Duration::zero());
  CHECK(a.reclaims == 1);
  CHECK(kernel.hangs() == 0);
}

TEST_CASE_METHOD(ReactorFixture, "timers and tasks can retire handlers, in the same round") {
  ScriptedHandler& a = Add("a");
  ScriptedHandler& b = Add("b");
  struct Killer : Timer {
    void HandleTimeout(Time) override {
      reactor->Retire(*victim, {.cause = CloseCause::kIdleTimeout});
    }
    Reactor* reactor;
    ScriptedHandler* victim;
  } killer;
  killer.reactor = &reactor;
  killer.victim = &a;
  reactor.timers().Arm(killer, reactor.now());
  CHECK(reactor.Post([&] { reactor.Retire(b, {.cause = CloseCause::kShutdown}); }) ==
        PostResult::kPosted);
  Round({On(a)});  // the timer comes before the dispatch: a is not called
  CHECK(log == Log{"a.close", "a.reclaim", "b.close", "b.reclaim"});
  CHECK(a.reason.cause == CloseCause::kIdleTimeout);
  CHECK(counters().stale_events_dropped == 1);
}

TEST_CASE_METHOD(ReactorFixture, "HandleClose can retire others; they end in the same round") {
  ScriptedHandler& a = Add("a");
  ScriptedHandler& b = Add("b");
  a.input = [] { return Progress::kFailed; };
  a.close = [&] {
    reactor.Retire(a, {.cause = CloseCause::kLocal});  // no effect: it is over
    reactor.Retire(b, {.cause = CloseCause::kLocal});
  };
  Round({On(a)});
  CHECK(log == Log{"a.input", "a.close", "a.reclaim", "b.close", "b.reclaim"});
  CHECK(reactor.registered() == 0);
}

TEST_CASE_METHOD(ReactorFixture, "a descriptor number used again belongs to the new handler") {
  ScriptedHandler& a = Add("a");
  ScriptedHandler& b = Add("b");
  const Handle number = b.handle();
  a.input = [&] {
    reactor.Retire(b, {.cause = CloseCause::kLocal});
    return Progress::kDrained;
  };
  b.close = [&] {
    ScriptedHandler& c = Add("c");
    CHECK(c.handle() == number);
  };
  Round({On(a), On(b)});
  CHECK(log == Log{"a.input", "b.close", "b.reclaim"});
  TakeLog();
  CHECK_FALSE(handlers.back().linked());
  Round({{number, kEpollIn}});
  CHECK(log == Log{"c.input"});
}

TEST_CASE_METHOD(ReactorFixture,
                 "the owner may destroy the handler, or register it anew, in Reclaim") {
  SECTION("destroy") {
    auto owned = std::make_unique<ScriptedHandler>(log, "owned");
    owned->input = [] { return Progress::kFailed; };
    owned->reclaim = [&] { owned.reset(); };
    const Handle handle = kernel.OpenSocket(AddressFamily::kIpv4).handle();
    REQUIRE(reactor.Register(*owned, handle, Watch::kStream, kReadable) == Error::kNone);
    Round({{handle, kEpollIn}});
    CHECK(owned == nullptr);
    CHECK(log == Log{"owned.input", "owned.close", "owned.reclaim"});
  }
  SECTION("register anew") {
    ScriptedHandler& a = Add("a");
    a.input = [] { return Progress::kFailed; };
    a.reclaim = [&] {
      a.reclaim = nullptr;
      a.input = nullptr;
      const Handle handle = kernel.OpenSocket(AddressFamily::kIpv4).handle();
      CHECK(reactor.Register(a, handle, Watch::kStream, kReadable) == Error::kNone);
      CHECK(a.ready() == kNothing);
      CHECK(a.reason.cause == CloseCause::kSystem);
    };
    Round({On(a)});
    CHECK(a.registered());
    CHECK(reactor.registered() == 1);
    Round({On(a)});
    CHECK(log == Log{"a.input", "a.close", "a.reclaim", "a.input"});
  }
}

TEST_CASE_METHOD(ReactorFixture, "what HandleClose or Reclaim throws is counted, and no more") {
  ScriptedHandler& a = Add("a");
  ScriptedHandler& b = Add("b");
  a.close = [] { throw std::runtime_error("close"); };
  a.reclaim = [] { throw std::runtime_error("reclaim"); };
  reactor.Retire(a, {.cause = CloseCause::kLocal});
  reactor.Retire(b, {.cause = CloseCause::kLocal});
  Round();
  CHECK(log == Log{"a.close", "a.reclaim", "b.close", "b.reclaim"});
  CHECK(counters().exceptions == 2);
  CHECK(reactor.registered() == 0);
  Round();
}

}  // namespace
}  // namespace edgewise
