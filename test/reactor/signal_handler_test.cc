// Signals as events: real ones, and the errors that real ones do not make.
#include "reactor/signal_handler.h"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <stdexcept>
#include <vector>

#include "reactor/kernel/linux_kernel.h"
#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

// The set of signals that this thread blocks.
SignalSet Blocked() {
  LinuxKernel& kernel = LinuxKernel::Instance();
  return kernel.BlockSignals(0);
}

struct Signals {
  Signals() { REQUIRE(reactor.status() == Error::kNone); }
  // Rounds until `count` signals were told, or for ten seconds.
  void Await(std::size_t count) {
    LinuxKernel& kernel = LinuxKernel::Instance();
    const Time deadline = kernel.MonotonicNow() + std::chrono::seconds(10);
    while (told.size() < count && kernel.MonotonicNow() < deadline) {
      reactor.RunOnce(std::chrono::milliseconds(100));
    }
  }

  Reactor reactor{LinuxKernel::Instance()};
  SignalHandler handler{reactor};
  std::vector<int> told;
};

TEST_CASE_METHOD(Signals, "a signal to the process is told in the reactor's thread") {
  const SignalSet before = Blocked();
  REQUIRE(handler.Start(SignalBit(SIGUSR1) | SignalBit(SIGUSR2),
                        [this](int number) { told.push_back(number); }) == Error::kNone);
  CHECK(Blocked() == (before | SignalBit(SIGUSR1) | SignalBit(SIGUSR2)));
  REQUIRE(::kill(::getpid(), SIGUSR1) == 0);
  Await(1);
  CHECK(told == std::vector<int>{SIGUSR1});
  REQUIRE(::kill(::getpid(), SIGUSR2) == 0);
  REQUIRE(::kill(::getpid(), SIGUSR1) == 0);
  Await(3);
  CHECK(told == std::vector<int>{SIGUSR1, SIGUSR1, SIGUSR2});  // the kernel's order: by number
  handler.Stop();
  reactor.RunOnce(Duration::zero());
  CHECK(Blocked() == before);
  CHECK(reactor.registered() == 0);
}

TEST_CASE_METHOD(Signals, "a signal that was sent twice before it was read is told once") {
  REQUIRE(handler.Start(SignalBit(SIGUSR1), [this](int number) { told.push_back(number); }) ==
          Error::kNone);
  REQUIRE(::kill(::getpid(), SIGUSR1) == 0);
  REQUIRE(::kill(::getpid(), SIGUSR1) == 0);
  Await(1);
  reactor.RunOnce(Duration::zero());
  CHECK(told.size() == 1);
}

TEST_CASE_METHOD(Signals, "a signal can stop the reactor, and the handler itself") {
  REQUIRE(handler.Start(SignalBit(SIGUSR1), [this](int number) {
    told.push_back(number);
    handler.Stop();
    reactor.Stop();
  }) == Error::kNone);
  REQUIRE(::kill(::getpid(), SIGUSR1) == 0);
  reactor.Run();
  CHECK(told.size() == 1);
  CHECK_FALSE(handler.registered());
  // Stopped, it can be started again.
  REQUIRE(handler.Start(SignalBit(SIGUSR2), [this](int number) { told.push_back(number); }) ==
          Error::kNone);
  REQUIRE(::kill(::getpid(), SIGUSR2) == 0);
  Await(2);
  CHECK(told == std::vector<int>{SIGUSR1, SIGUSR2});
}

TEST_CASE("destroying a signal handler that listens stops it first") {
  FakeKernel kernel;
  Reactor reactor(kernel);
  const std::size_t open = kernel.open_handles();
  {
    SignalHandler handler(reactor);
    REQUIRE(handler.Start(SignalBit(SIGINT), [](int) {}) == Error::kNone);
    CHECK(kernel.blocked_signals() == SignalBit(SIGINT));
    CHECK(kernel.open_handles() == open + 1);
  }
  CHECK(kernel.blocked_signals() == 0);
  CHECK(kernel.open_handles() == open);
  CHECK(reactor.registered() == 0);
  CHECK(kernel.closed_registered() == 0);
}

TEST_CASE("a start that fails leaves everything as it was") {
  FakeKernel kernel;
  Reactor reactor(kernel);
  SignalHandler handler(reactor);
  const std::size_t open = kernel.open_handles();
  SECTION("no descriptor left") { kernel.Fail(FakeCall::kOpenSignals, 1, Error::kProcessLimit); }
  SECTION("epoll refuses") { kernel.Fail(FakeCall::kEpollAdd, 1, Error::kProcessLimit); }
  CHECK(handler.Start(SignalBit(SIGINT), [](int) {}) == Error::kProcessLimit);
  CHECK(kernel.blocked_signals() == 0);
  CHECK(kernel.open_handles() == open);
  CHECK(reactor.registered() == 0);
  CHECK_FALSE(handler.registered());
}

// A signal handler on the scripted kernel.
struct FakeSignals : ReactorFixture {
  FakeSignals() {
    REQUIRE(handler.Start(SignalBit(SIGINT), [this](int number) {
      told.push_back(number);
      if (then) then();
    }) == Error::kNone);
  }
  void Script(int number, Error error = Error::kNone) {
    kernel.Answer(Call::kReadSignal, handler.handle(),
                  {.error = error, .number = static_cast<std::size_t>(number)});
  }

  std::vector<int> told;
  std::function<void()> then;
  SignalHandler handler{reactor};
};

TEST_CASE_METHOD(FakeSignals, "an interrupted read is tried again") {
  Script(0, Error::kInterrupted);
  Script(SIGINT);
  Round({On(handler)});
  CHECK(told == std::vector<int>{SIGINT});
}

TEST_CASE_METHOD(FakeSignals, "stopping twice is stopping once, and a start is possible again") {
  handler.Stop();
  handler.Stop();
  Round();
  handler.Stop();
  CHECK(counters().retired == 1);
  CHECK(kernel.blocked_signals() == 0);
  REQUIRE(handler.Start(SignalBit(SIGTERM), [this](int number) { told.push_back(number); }) ==
          Error::kNone);
  Script(SIGTERM);
  Round({On(handler)});
  CHECK(told == std::vector<int>{SIGTERM});
}

TEST_CASE_METHOD(FakeSignals, "a flood of signals is told in slices") {
  for (int i = 0; i < 100; ++i) Script(SIGINT);
  Round({On(handler)});
  CHECK(told.size() == 64);
  Round();
  CHECK(told.size() == 100);
  CHECK(reactor.PollTimeout() == kForever);
}

TEST_CASE_METHOD(FakeSignals, "a callback that throws ends the listening, and the loop goes on") {
  Script(SIGINT);
  then = [] { throw std::runtime_error("no"); };
  Round({On(handler)});
  CHECK(counters().exceptions == 1);
  CHECK_FALSE(handler.registered());
  CHECK(kernel.blocked_signals() == 0);
}

}  // namespace
}  // namespace edgewise
