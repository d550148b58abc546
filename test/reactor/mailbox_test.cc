// Posting: what it costs, its order, its bound, and that nothing is lost.
#include "reactor/mailbox.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "reactor/kernel/linux_kernel.h"
#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

// Broken by leaving out `asleep_.exchange` in Wake (each post that finds a sleeper notifies):
//   CHECK( kernel.calls(Call::kNotify) == 1 ) with expansion: 100 == 1
TEST_CASE_METHOD(ReactorFixture, "a hundred posts to a sleeping reactor cost one notification") {
  int ran = 0;
  kernel.Before(Call::kEpollWait, [&] {  // by then the reactor counts as asleep
    for (int i = 0; i < 100; ++i) CHECK(reactor.Post([&ran] { ++ran; }) == PostResult::kPosted);
    kernel.Before(Call::kEpollWait, nullptr);
  });
  reactor.RunOnce();
  CHECK(LastTimeout() == kForever);
  CHECK(kernel.waits().back().delivered == 1);
  CHECK(ran == 100);
  CHECK(kernel.calls(Call::kNotify) == 1);
  CHECK(kernel.hangs() == 0);
  // And for each further sleep, one more.
  kernel.Before(Call::kEpollWait, [&] {
    for (int i = 0; i < 10; ++i) CHECK(reactor.Post([&ran] { ++ran; }) == PostResult::kPosted);
    kernel.Before(Call::kEpollWait, nullptr);
  });
  reactor.RunOnce();
  CHECK(ran == 110);
  CHECK(kernel.calls(Call::kNotify) == 2);
}

TEST_CASE_METHOD(ReactorFixture, "posts to a busy reactor cost no notification") {
  ScriptedHandler& a = Add("a");
  int ran = 0;
  a.input = [&] {
    for (int i = 0; i < 10; ++i) CHECK(reactor.Post([&ran] { ++ran; }) == PostResult::kPosted);
    return Progress::kPreempted;
  };
  kernel.Deliver({On(a)});
  reactor.RunOnce();
  for (int round = 0; round < 9; ++round) reactor.RunOnce();
  CHECK(ran == 100);
  CHECK(kernel.calls(Call::kNotify) == 0);
}

// Broken by not looking at `pending_` after the store to `asleep_` in PrepareToSleep:
//   CHECK( LastTimeout() == Duration::zero() ) with expansion: 9223372036854775807 ns == 0 ns
TEST_CASE_METHOD(ReactorFixture, "a post at the end of a round keeps the next one from sleeping") {
  ScriptedHandler& a = Add("a");
  int ran = 0;
  a.close = [&] { CHECK(reactor.Post([&ran] { ++ran; }) == PostResult::kPosted); };
  a.input = [] { return Progress::kFailed; };
  Round({On(a)});
  CHECK(ran == 0);
  reactor.RunOnce();
  CHECK(LastTimeout() == Duration::zero());
  CHECK(ran == 1);
}

TEST_CASE_METHOD(ReactorFixture, "before its first round a reactor counts as asleep") {
  CHECK(reactor.Post([] {}) == PostResult::kPosted);
  CHECK(kernel.calls(Call::kNotify) == 1);
  CHECK(reactor.Post([] {}) == PostResult::kPosted);
  CHECK(kernel.calls(Call::kNotify) == 1);
}

TEST_CASE_METHOD(ReactorFixture, "a task whose notification fails is run when the wait is over") {
  kernel.Before(Call::kEpollWait, [&] {
    kernel.Fail(Call::kNotify, 1, Error::kWouldBlock);
    CHECK(reactor.Post([&] { log.emplace_back("task"); }) == PostResult::kPosted);
  });
  reactor.RunOnce(Duration(1));
  CHECK(log == Log{"task"});
}

TEST_CASE("a full mailbox refuses, and what it took is run") {
  ReactorFixture fixture(ReactorOptions{.mailbox_max = 5});
  Reactor& reactor = fixture.reactor;
  std::vector<int> ran;
  const auto post = [&](int name) { return reactor.Post([&ran, name] { ran.push_back(name); }); };
  for (int i = 0; i < 5; ++i) CHECK(post(i) == PostResult::kPosted);
  CHECK(post(5) == PostResult::kFull);
  CHECK(post(6) == PostResult::kFull);
  fixture.Round();
  CHECK(ran == std::vector<int>{0, 1, 2, 3, 4});
  CHECK(post(7) == PostResult::kPosted);
  fixture.Round();
  CHECK(ran == std::vector<int>{0, 1, 2, 3, 4, 7});
}

TEST_CASE("what the reactor took but did not run yet counts towards the bound") {
  ReactorFixture fixture(ReactorOptions{.tasks_max = 2, .mailbox_max = 5});
  Reactor& reactor = fixture.reactor;
  for (int i = 0; i < 5; ++i) CHECK(reactor.Post([] {}) == PostResult::kPosted);
  fixture.Round();
  CHECK(reactor.Post([] {}) == PostResult::kPosted);
  CHECK(reactor.Post([] {}) == PostResult::kPosted);
  CHECK(reactor.Post([] {}) == PostResult::kFull);
}

TEST_CASE("a stopped reactor still takes posts up to the bound") {
  ReactorFixture fixture(ReactorOptions{.mailbox_max = 1});
  fixture.reactor.Stop();
  CHECK(fixture.reactor.Post([] {}) == PostResult::kPosted);
  CHECK(fixture.reactor.Post([] {}) == PostResult::kFull);
}

TEST_CASE("the refusals are counted") {
  FakeKernel kernel;
  Mailbox mailbox(kernel, kernel.OpenWakeup().handle(), 1);
  CHECK(mailbox.Post([] {}) == PostResult::kPosted);
  for (int i = 0; i < 3; ++i) CHECK(mailbox.Post([] {}) == PostResult::kFull);
  CHECK(mailbox.refused() == 3);
}

TEST_CASE("a closed mailbox takes nothing, and destroys what waits") {
  FakeKernel kernel;
  Mailbox mailbox(kernel, kernel.OpenWakeup().handle(), 10);
  struct Waiting {
    explicit Waiting(int& destroyed_count) : destroyed(destroyed_count) {}
    ~Waiting() { ++destroyed; }
    int& destroyed;
  };
  int destroyed = 0;
  int ran = 0;
  for (int i = 0; i < 3; ++i) {
    CHECK(mailbox.Post([&ran, owned = std::make_unique<Waiting>(destroyed)] { ++ran; }) ==
          PostResult::kPosted);
  }
  mailbox.Take()();
  CHECK(ran == 1);
  CHECK(destroyed == 1);
  mailbox.Close();
  CHECK(destroyed == 3);
  CHECK(mailbox.Post([&ran] { ++ran; }) == PostResult::kClosed);
  CHECK_FALSE(mailbox.Take());
  CHECK_FALSE(mailbox.has_work());
  CHECK(ran == 1);
}

TEST_CASE_METHOD(ReactorFixture, "a task may post: its task runs after those that wait") {
  CHECK(reactor.Post([&] {
    log.emplace_back("first");
    CHECK(reactor.Post([&] { log.emplace_back("third"); }) == PostResult::kPosted);
  }) == PostResult::kPosted);
  CHECK(reactor.Post([&] { log.emplace_back("second"); }) == PostResult::kPosted);
  Round();
  CHECK(log == Log{"first", "second", "third"});
}

TEST_CASE("tasks that post for ever leave the handlers their turns") {
  ReactorFixture fixture(ReactorOptions{.tasks_max = 4});
  struct Reposter {
    void operator()() const {
      ++*ran;
      CHECK(reactor->Post(*this) == PostResult::kPosted);
    }
    Reactor* reactor;
    int* ran;
  };
  int ran = 0;
  CHECK(fixture.reactor.Post(Reposter{&fixture.reactor, &ran}) == PostResult::kPosted);
  ScriptedHandler& a = fixture.Add("a");
  for (int round = 1; round <= 10; ++round) {
    fixture.Round({On(a)});
    CHECK(ran == 4 * round);
    CHECK(a.inputs == round);
  }
}

TEST_CASE("a million tasks posted from four threads all run, each thread's in order") {
  constexpr int kThreads = 4;
  constexpr int kEach = 250'000;
  Reactor reactor(LinuxKernel::Instance());
  REQUIRE(reactor.status() == Error::kNone);
  std::vector<int> next(kThreads, 0);
  int ran = 0;
  bool in_order = true;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const auto task = [&, thread, i] {
          in_order = in_order && std::exchange(next[static_cast<std::size_t>(thread)], i + 1) == i;
          if (++ran == kThreads * kEach) reactor.Stop();
        };
        while (reactor.Post(task) != PostResult::kPosted) std::this_thread::yield();
        if (i % 1000 == 0) std::this_thread::yield();  // let it fall asleep now and then
      }
    });
  }
  reactor.Run();
  for (std::thread& thread : threads) thread.join();
  CHECK(in_order);
  CHECK(ran == kThreads * kEach);
  CHECK(reactor.counters().tasks_run == static_cast<std::uint64_t>(kThreads) * kEach);
}

// One post at a time, each after the one before was run: the reactor falls asleep between them, and
// each has to wake it. Broken likewise (no look at `pending_`): it did not come to an end.
TEST_CASE("posting to a reactor that is about to sleep always wakes it") {
  Reactor reactor(LinuxKernel::Instance());
  REQUIRE(reactor.status() == Error::kNone);
  constexpr int kPosts = 20'000;
  std::atomic<int> ran{0};
  std::thread poster([&] {
    for (int i = 0; i < kPosts; ++i) {
      while (reactor.Post([&] { ++ran; }) != PostResult::kPosted) {
      }
      while (ran.load() != i + 1) std::this_thread::yield();
    }
    reactor.Stop();
  });
  reactor.Run();
  poster.join();
  CHECK(ran == kPosts);
}

}  // namespace
}  // namespace edgewise
