// The steps of a round: their order, how long the wait is, and the bounds of each step.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <deque>
#include <functional>
#include <utility>

#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// A timer that calls a function.
class CallTimer : public Timer {
 public:
  explicit CallTimer(std::function<void()> call) : call_(std::move(call)) {}
  void HandleTimeout(Time) override { call_(); }

 private:
  std::function<void()> call_;
};

TEST_CASE_METHOD(ReactorFixture, "a round takes its steps in order") {
  ScriptedHandler& ended = Add("ended");
  ScriptedHandler& bulk = Add("bulk");
  ScriptedHandler& polite = Add("polite");
  ended.input = [] { return Progress::kFailed; };
  bulk.input = [] { return Progress::kPreempted; };
  Round({On(bulk)});
  CallTimer timer([&] { log.emplace_back("timer"); });
  reactor.timers().Arm(timer, reactor.now());
  CHECK(reactor.Post([&] { log.emplace_back("task"); }) == PostResult::kPosted);
  kernel.Before(Call::kEpollWait, [&] { log.emplace_back("wait"); });
  TakeLog();
  Round({On(ended), On(polite)});
  CHECK(log == Log{"wait", "timer", "ended.input", "polite.input", "bulk.input", "task",
                   "ended.close", "ended.reclaim"});
}

TEST_CASE_METHOD(ReactorFixture,
                 "the clock is read when somebody asks, after the wait, once a round") {
  ScriptedHandler& a = Add("a");
  Time told{};
  a.input = [&] {
    told = reactor.now();
    kernel.Advance(milliseconds(3));
    CHECK(reactor.now() == told);
    return Progress::kDrained;
  };
  const Time before = reactor.now();
  kernel.Deliver({On(a)}, milliseconds(5));
  const std::uint64_t readings = kernel.calls(Call::kMonotonicNow);
  reactor.RunOnce();
  CHECK(told == before + milliseconds(5));
  CHECK(reactor.now() == told);
  CHECK(kernel.calls(Call::kMonotonicNow) == readings + 1);
  CHECK(reactor.UpdateNow() == before + milliseconds(8));
  CHECK(reactor.now() == before + milliseconds(8));
  a.input = nullptr;
  Round({On(a)});
  CHECK(kernel.calls(Call::kMonotonicNow) == readings + 2);  // nobody asked
  kernel.Advance(milliseconds(1));
  CHECK(reactor.now() == before + milliseconds(9));
}

TEST_CASE_METHOD(ReactorFixture, "with nothing to do a round waits for ever") {
  ScriptedHandler& a = Add("a");
  kernel.Deliver({On(a)}, seconds(100));
  reactor.RunOnce();
  CHECK(LastTimeout() == kForever);
  CHECK(log == Log{"a.input"});
  CHECK(reactor.PollTimeout() == kForever);
  CHECK(kernel.hangs() == 0);
}

TEST_CASE_METHOD(ReactorFixture, "a round does not wait while somebody is ready") {
  ScriptedHandler& a = Add("a");
  a.input = [] { return Progress::kPreempted; };
  Round({On(a)});
  for (int round = 0; round < 3; ++round) {
    CHECK(reactor.PollTimeout() == Duration::zero());
    reactor.RunOnce();
    CHECK(LastTimeout() == Duration::zero());
  }
  CHECK(a.inputs == 4);
  a.input = nullptr;
  reactor.RunOnce();
  reactor.RunOnce(seconds(1));
  CHECK(LastTimeout() == seconds(1));
}

TEST_CASE_METHOD(ReactorFixture, "a round does not wait while the mailbox holds work") {
  CHECK(reactor.Post([] {}) == PostResult::kPosted);
  reactor.RunOnce();
  CHECK(LastTimeout() == Duration::zero());
  reactor.RunOnce(seconds(1));
  CHECK(LastTimeout() == seconds(1));
}

TEST_CASE_METHOD(ReactorFixture, "a round waits for the next timer, to the nanosecond") {
  bool ran = false;
  CallTimer timer([&] { ran = true; });
  const Duration delay = GENERATE(nanoseconds(1), nanoseconds(1'234'567), milliseconds(50),
                                  milliseconds(50) + nanoseconds(1), seconds(7) + nanoseconds(3));
  const Time deadline = reactor.now() + delay;
  reactor.timers().Arm(timer, deadline);
  CHECK(reactor.PollTimeout() == kForever);
  while (!ran) reactor.RunOnce();
  CHECK(LastTimeout() == kForever);
  CHECK(reactor.now() == deadline);
  CHECK(counters().rounds == 1);
  CHECK(counters().alarms == 1);
  CHECK(counters().timers_expired == 1);
}

TEST_CASE_METHOD(ReactorFixture, "the timer descriptor is armed for the earliest timer only") {
  std::deque<CallTimer> timers;
  for (int i = 0; i < 10; ++i) {
    reactor.timers().Arm(timers.emplace_back([] {}), reactor.now() + seconds(10 + i));
  }
  Round();
  CHECK(counters().alarms == 1);
  // A later deadline, as of a request that puts its timeout off, is not worth a system call …
  for (int i = 0; i < 100; ++i) {
    reactor.timers().Arm(timers[0], reactor.now() + seconds(20));
    kernel.Advance(milliseconds(10));
    Round();
  }
  CHECK(counters().alarms == 1);
  // … an earlier one is.
  reactor.timers().Arm(timers[1], reactor.now() + milliseconds(5));
  Round();
  CHECK(counters().alarms == 2);
  CHECK(kernel.calls(Call::kArmTimer) == 2);
  while (counters().timers_expired < 10) reactor.RunOnce();
  CHECK(kernel.hangs() == 0);
}

TEST_CASE_METHOD(ReactorFixture, "max_wait bounds the wait, whether or not a timer is armed") {
  reactor.RunOnce(milliseconds(3));
  CHECK(LastTimeout() == milliseconds(3));
  CallTimer timer([] {});
  reactor.timers().Arm(timer, reactor.now() + seconds(60));
  for (const Duration most : {Duration::zero(), Duration(milliseconds(3)), Duration(seconds(9))}) {
    const Time before = kernel.MonotonicNow();
    reactor.RunOnce(most);
    CHECK(kernel.MonotonicNow() == before + most);
  }
  CHECK(timer.armed());
}

// Whatever a round took is not added to the wait for a timer. (It was, for timers farther away than
// four milliseconds: this one came ten seconds late.)
TEST_CASE_METHOD(ReactorFixture, "a long upcall does not make a timer late") {
  ScriptedHandler& a = Add("a");
  const Time deadline = reactor.now() + seconds(12);
  Time ran{};
  CallTimer timer([&] { ran = reactor.now(); });
  reactor.timers().Arm(timer, deadline);
  a.input = [&] {
    kernel.Advance(seconds(10));
    return Progress::kDrained;
  };
  Round({On(a)});
  while (ran == Time{}) reactor.RunOnce();
  CHECK(ran == deadline);
  CHECK(counters().rounds == 2);
}

TEST_CASE_METHOD(ReactorFixture, "time spent outside the reactor does not make a timer late") {
  const Time deadline = reactor.now() + seconds(12);
  CallTimer timer([] {});
  reactor.timers().Arm(timer, deadline);
  Round();
  kernel.Advance(seconds(11));
  Round();
  CHECK(timer.armed());
  kernel.Advance(seconds(1));
  Round();
  CHECK_FALSE(timer.armed());
}

TEST_CASE("timers expire in slices; what is left makes the next round come at once") {
  ReactorFixture fixture(ReactorOptions{.timers_max = 3});
  Reactor& reactor = fixture.reactor;
  int ran = 0;
  std::deque<CallTimer> timers;
  for (int i = 0; i < 8; ++i) {
    reactor.timers().Arm(timers.emplace_back([&] { ++ran; }), reactor.now() + milliseconds(i));
  }
  fixture.kernel.Advance(seconds(1));
  for (const int expected : {3, 6, 8}) {
    reactor.RunOnce();
    CHECK(fixture.LastTimeout() == Duration::zero());
    CHECK(ran == expected);
  }
  CHECK(reactor.PollTimeout() == kForever);
  CHECK(reactor.counters().timers_expired == 8);
}

TEST_CASE("posted tasks run in slices; what is left makes the next round come at once") {
  ReactorFixture fixture(ReactorOptions{.tasks_max = 3});
  Reactor& reactor = fixture.reactor;
  std::vector<int> ran;
  for (int i = 0; i < 7; ++i) {
    CHECK(reactor.Post([&ran, i] { ran.push_back(i); }) == PostResult::kPosted);
  }
  for (const std::size_t expected : {3u, 6u, 7u}) {
    reactor.RunOnce();
    CHECK(fixture.LastTimeout() == Duration::zero());
    CHECK(ran.size() == expected);
  }
  CHECK(ran == std::vector<int>{0, 1, 2, 3, 4, 5, 6});
  CHECK(reactor.PollTimeout() == kForever);
  CHECK(reactor.counters().tasks_run == 7);
}

TEST_CASE("events come in slices, and nobody in a large batch is left out") {
  ReactorFixture fixture(ReactorOptions{.events_max = 4});
  ReactorFixture::Batch batch;
  for (int i = 0; i < 10; ++i) batch.push_back(On(fixture.Add(std::to_string(i))));
  fixture.kernel.Deliver(batch);
  for (const std::size_t upcalls : {4u, 8u, 10u}) {
    fixture.Round();
    CHECK(fixture.kernel.waits().back().capacity == 4);
    CHECK(fixture.counters().upcalls == upcalls);
  }
  for (const ScriptedHandler& handler : fixture.handlers) CHECK(handler.inputs == 1);
  CHECK(fixture.counters().events == 10);
}

TEST_CASE("an array for no events at all still has room for one") {
  ReactorFixture fixture(ReactorOptions{.events_max = 0});
  fixture.Round({On(fixture.Add("a"))});
  CHECK(fixture.log == ReactorFixture::Log{"a.input"});
}

}  // namespace
}  // namespace edgewise
