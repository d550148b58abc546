// A reactor inside a loop of somebody else's: poll(2) on its descriptor, RunOnce with no wait.
#include <poll.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "reactor/kernel/linux_kernel.h"
#include "reactor/reactor.h"

namespace edgewise {
namespace {

// Is told of each notification of an eventfd.
class Bell : public EventHandler {
 public:
  int rung = 0;

 protected:
  Progress HandleInput() override {
    ++rung;
    return Progress::kDrained;
  }
  void HandleClose(const CloseReason&) override { reactor()->kernel().Close(handle()); }
};

struct Alarm : Timer {
  void HandleTimeout(Time) override { ++rung; }
  int rung = 0;
};

// The foreign loop: it waits for the reactor as the reactor says, and for nothing else.
class ForeignLoop {
 public:
  explicit ForeignLoop(Reactor& reactor) : reactor_(reactor) {}

  // Until `done`, or for ten seconds. False in the latter case.
  bool RunUntil(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      Turn();
    }
    return true;
  }
  int sleeps() const { return sleeps_; }

 private:
  void Turn() {
    const Duration timeout = reactor_.PollTimeout();
    const bool is_bounded = timeout < std::chrono::seconds(10);
    const auto wait = is_bounded ? std::chrono::ceil<std::chrono::milliseconds>(timeout)
                                 : std::chrono::milliseconds(10'000);
    pollfd watched{.fd = reactor_.poll_handle(), .events = POLLIN, .revents = 0};
    if (wait.count() != 0) ++sleeps_;
    CHECK(::poll(&watched, 1, static_cast<int>(wait.count())) >= 0);
    reactor_.RunOnce(Duration::zero());
  }

  Reactor& reactor_;
  int sleeps_ = 0;
};

struct Foreign {
  Foreign() {
    REQUIRE(reactor.status() == Error::kNone);
    const Handle eventfd = LinuxKernel::Instance().OpenWakeup().handle();
    REQUIRE(reactor.Register(bell, eventfd, Watch::kInput, kReadable) == Error::kNone);
  }
  ~Foreign() {
    reactor.Retire(bell, {.cause = CloseCause::kLocal});
    reactor.DrainRetired();
  }
  Foreign(const Foreign&) = delete;
  Foreign& operator=(const Foreign&) = delete;

  Bell bell;
  Alarm alarm;
  Reactor reactor{LinuxKernel::Instance()};
  ForeignLoop loop{reactor};
};

TEST_CASE_METHOD(Foreign, "a foreign loop serves the events of the kernel") {
  std::atomic<int> refused{0};
  std::thread ringer([&] {
    for (int i = 0; i < 5; ++i) {
      if (LinuxKernel::Instance().Notify(bell.handle()) != Error::kNone) ++refused;
    }
  });
  const bool heard = loop.RunUntil([&] { return bell.rung > 0; });
  ringer.join();
  CHECK(heard);
  CHECK(refused == 0);
  const int rung = bell.rung;
  REQUIRE(LinuxKernel::Instance().Notify(bell.handle()) == Error::kNone);
  CHECK(loop.RunUntil([&] { return bell.rung > rung; }));
}

// Broken by not declaring the sleep in PollTimeout: the loop slept for its ten seconds, and then
//   CHECK( all_ran ) with expansion: false
TEST_CASE_METHOD(Foreign, "a foreign loop runs what other threads post, without delay") {
  constexpr int kPosts = 2000;
  std::atomic<int> ran{0};
  std::thread poster([&] {
    for (int i = 0; i < kPosts; ++i) {
      if (reactor.Post([&] { ++ran; }) != PostResult::kPosted) return;
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
      while (ran <= i && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
      if (ran <= i) return;
    }
  });
  const bool all_ran = loop.RunUntil([&] { return ran == kPosts; });
  poster.join();
  CHECK(all_ran);
}

TEST_CASE_METHOD(Foreign, "a foreign loop runs timers when they are due, and sleeps until then") {
  LinuxKernel& kernel = LinuxKernel::Instance();
  const Time begin = kernel.MonotonicNow();
  reactor.timers().Arm(alarm, begin + std::chrono::milliseconds(30));
  CHECK(loop.RunUntil([&] { return alarm.rung == 1; }));
  CHECK(kernel.MonotonicNow() >= begin + std::chrono::milliseconds(30));
  CHECK(loop.sleeps() > 0);
  CHECK(loop.sleeps() <= 3);
}

TEST_CASE_METHOD(Foreign, "a timer that is armed between two turns ends the next wait") {
  CHECK(reactor.PollTimeout() == kForever);
  reactor.timers().Arm(alarm, reactor.now() + std::chrono::milliseconds(1));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(loop.RunUntil([&] { return alarm.rung == 1; }));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));  // it sleeps for ten
  CHECK(reactor.PollTimeout() == kForever);
}

TEST_CASE_METHOD(Foreign, "work that is left makes a foreign loop come back at once") {
  reactor.MarkReady(bell, kReadable);
  CHECK(reactor.PollTimeout() == Duration::zero());
  reactor.RunOnce(Duration::zero());
  CHECK(bell.rung == 1);
  CHECK(reactor.PollTimeout() == kForever);
}

}  // namespace
}  // namespace edgewise
