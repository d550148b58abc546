// Stop: from an upcall, from another thread, before Run.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <thread>

#include "reactor/kernel/linux_kernel.h"
#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

TEST_CASE_METHOD(ReactorFixture, "Stop from an upcall lets the round come to its end") {
  ScriptedHandler& a = Add("a");
  ScriptedHandler& b = Add("b");
  ScriptedHandler& c = Add("c");
  a.input = [&] {
    reactor.Stop();
    reactor.Retire(c, {.cause = CloseCause::kShutdown});
    CHECK(reactor.Post([&] { log.emplace_back("task"); }) == PostResult::kPosted);
    return Progress::kPreempted;
  };
  kernel.Deliver({On(a), On(b)});
  reactor.Run();
  CHECK(log == Log{"a.input", "b.input", "task", "c.close", "c.reclaim"});
  CHECK(counters().rounds == 1);
}

TEST_CASE_METHOD(ReactorFixture, "a Stop ends one Run: the next one runs") {
  reactor.Stop();
  reactor.Stop();
  reactor.Run();
  CHECK(counters().rounds == 0);
  CHECK(reactor.PollTimeout() == kForever);
  ScriptedHandler& a = Add("a");
  a.input = [&] {
    if (a.inputs == 3) reactor.Stop();
    return Progress::kPreempted;
  };
  kernel.Deliver({On(a)});
  reactor.Run();
  CHECK(a.inputs == 3);
  CHECK(counters().rounds == 3);
}

TEST_CASE_METHOD(ReactorFixture, "a Stop that comes during the wait ends it") {
  int waits = 0;
  kernel.Before(Call::kEpollWait, [&] {
    if (++waits == 2) reactor.Stop();
  });
  reactor.Run();
  CHECK(waits == 2);
  CHECK(kernel.calls(Call::kNotify) == 1);
}

// A stop that falls between the reactor's last look for one and its wait would leave it asleep, so
// that look must come after it has declared that it is about to sleep. Broken by turning the two
// around, with a pause of 200 increments between them:
//   REQUIRE( came_back ) with expansion: false
TEST_CASE("Stop from another thread ends Run, whatever the moment") {
  Reactor reactor(LinuxKernel::Instance());
  REQUIRE(reactor.status() == Error::kNone);
  for (int i = 0; i < 2000; ++i) {
    std::atomic<bool> running{false};
    std::atomic<bool> returned{false};
    CHECK(reactor.Post([&] { running = true; }) == PostResult::kPosted);
    std::thread thread([&] {
      reactor.Run();
      returned = true;
    });
    while (!running) std::this_thread::yield();
    // A little later each time.
    for (std::atomic<int> spin{0}; spin < i % 500;) ++spin;
    reactor.Stop();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!returned && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    const bool came_back = returned;
    if (!came_back) static_cast<void>(reactor.Post([] {}));  // wakes it after all
    thread.join();
    REQUIRE(came_back);
  }
}

}  // namespace
}  // namespace edgewise
