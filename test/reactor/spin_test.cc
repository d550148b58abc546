// Spinning before the wait: when it is done, what ends it, and how it gives up.
#include "reactor/spin.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A kernel on which each look at epoll takes two microseconds.
struct Spinning : ReactorFixture {
  explicit Spinning(Duration budget = microseconds(50))
      : ReactorFixture(ReactorOptions{.spin_budget = budget}) {
    kernel.Before(Call::kEpollWait, [this] { kernel.Advance(microseconds(2)); });
  }
  std::size_t Waits() const { return kernel.waits().size(); }
};

TEST_CASE("a zero budget never spins") {
  Spin spin(Duration::zero());
  for (int i = 0; i < 10; ++i) CHECK_FALSE(spin.Worthwhile());
}

TEST_CASE("after k spins in a row that found nothing, 2^k - 1 waits block at once, 1023 at most") {
  Spin spin(microseconds(50));
  for (int k = 1; k <= 12; ++k) {
    REQUIRE(spin.Worthwhile());
    spin.DidNotPay();
    const int skipped = (1 << std::min(k, 10)) - 1;
    for (int i = 0; i < skipped; ++i) REQUIRE_FALSE(spin.Worthwhile());
  }
  REQUIRE(spin.Worthwhile());
  spin.Paid();
  REQUIRE(spin.Worthwhile());
  spin.DidNotPay();
  CHECK_FALSE(spin.Worthwhile());
  CHECK(spin.Worthwhile());
}

TEST_CASE_METHOD(Spinning, "an event within the budget ends the spin, and nothing blocks") {
  ScriptedHandler& a = Add("a");
  kernel.Deliver({On(a)}, microseconds(20));
  reactor.RunOnce();
  CHECK(log == Log{"a.input"});
  CHECK(counters().spins == 1);
  CHECK(counters().spin_hits == 1);
  CHECK(Waits() == 10);
  for (const FakeKernel::Wait& wait : kernel.waits()) CHECK(wait.timeout == Duration::zero());
}

TEST_CASE_METHOD(Spinning, "a spin that finds nothing ends with the budget, then the wait blocks") {
  ScriptedHandler& a = Add("a");
  kernel.Deliver({On(a)}, milliseconds(2));
  reactor.RunOnce();
  CHECK(log == Log{"a.input"});
  CHECK(counters().spins == 1);
  CHECK(counters().spin_hits == 0);
  CHECK(Waits() == 26);  // 25 looks of two microseconds, then the wait
  CHECK(LastTimeout() == kForever);
  // One wait without a spin, then the next try.
  kernel.Deliver({On(a)}, milliseconds(1));
  reactor.RunOnce();
  CHECK(counters().spins == 1);
  kernel.Deliver({On(a)}, milliseconds(1));
  reactor.RunOnce();
  CHECK(counters().spins == 2);
}

TEST_CASE_METHOD(Spinning, "nobody spins who would not block") {
  for (int i = 0; i < 10; ++i) reactor.RunOnce(Duration::zero());
  CHECK(counters().spins == 0);
  CHECK(Waits() == 10);
}

TEST_CASE_METHOD(Spinning, "a timer that is due within the budget ends the spin") {
  struct Due : Timer {
    void HandleTimeout(Time now) override { ran = now; }
    Time ran{};
  } timer;
  const Time deadline = reactor.now() + microseconds(10);
  reactor.timers().Arm(timer, deadline);
  while (timer.ran == Time{}) reactor.RunOnce();
  CHECK(timer.ran >= deadline);
  CHECK(timer.ran <= deadline + microseconds(12));
}

TEST_CASE_METHOD(Spinning, "a post during a spin ends it") {
  int looks = 0;
  kernel.Before(Call::kEpollWait, [&] {
    kernel.Advance(microseconds(2));
    if (++looks == 3) CHECK(reactor.Post([&] { log.emplace_back("task"); }) == PostResult::kPosted);
  });
  reactor.RunOnce();
  CHECK(log == Log{"task"});
  CHECK(looks == 3);
  CHECK(counters().spin_hits == 1);
}

TEST_CASE_METHOD(Spinning, "an interruption during a spin has no effect") {
  ScriptedHandler& a = Add("a");
  kernel.Deliver({On(a)}, microseconds(20));
  kernel.Fail(Call::kEpollWait, 2, Error::kInterrupted);
  reactor.RunOnce();
  CHECK(log == Log{"a.input"});
  CHECK(counters().spin_hits == 1);
}

}  // namespace
}  // namespace edgewise
