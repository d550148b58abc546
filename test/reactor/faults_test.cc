// What goes wrong around a round: exceptions, interruptions, refusals, events that are not true.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <stdexcept>

#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

struct Thrower : Timer {
  void HandleTimeout(Time) override { throw std::runtime_error("late"); }
};
struct Counter : Timer {
  void HandleTimeout(Time) override { ++count; }
  int count = 0;
};

TEST_CASE_METHOD(ReactorFixture, "a handler that throws is closed alone, and the loop goes on") {
  ScriptedHandler& a = Add("a", kReadable | kWritable);
  ScriptedHandler& b = Add("b", kReadable | kWritable);
  ScriptedHandler& c = Add("c", kNothing);
  SECTION("from HandleInput") {
    a.input = []() -> Progress { throw std::runtime_error("what a says"); };
    Round({On(a, kEpollIn | kEpollOut), On(b)});
    CHECK(log == Log{"a.input", "b.input", "a.close", "a.reclaim"});
    CHECK(a.reason.cause == CloseCause::kException);
  }
  SECTION("from HandleOutput") {
    a.output = []() -> Progress { throw std::runtime_error("what a says"); };
    Round({On(a, kEpollOut), On(b)});
    CHECK(log == Log{"a.output", "b.input", "a.close", "a.reclaim"});
    CHECK(a.reason.cause == CloseCause::kException);
  }
  SECTION("from HandleBroken") {
    c.broken = []() -> Progress { throw std::runtime_error("what a says"); };
    Round({On(c, kEpollError), On(b)});
    CHECK(log == Log{"c.broken", "b.input", "c.close", "c.reclaim"});
    CHECK(c.reason.cause == CloseCause::kException);
  }
  CHECK(counters().exceptions == 1);
  REQUIRE(kernel.log().size() == 1);
  CHECK(kernel.log()[0].find("an upcall: what a says") != std::string::npos);
  TakeLog();
  Round({On(b)});
  CHECK(log == Log{"b.input"});
}

TEST_CASE_METHOD(ReactorFixture, "a handler that retires itself and then throws keeps its reason") {
  ScriptedHandler& a = Add("a");
  a.input = [&]() -> Progress {
    reactor.Retire(a, {.cause = CloseCause::kMalformed});
    throw 7;
  };
  Round({On(a)});
  CHECK(log == Log{"a.input", "a.close", "a.reclaim"});
  CHECK(a.reason.cause == CloseCause::kMalformed);
  CHECK(counters().exceptions == 1);
  CHECK(kernel.log()[0].find("not a std::exception") != std::string::npos);
}

TEST_CASE_METHOD(ReactorFixture, "a timer that throws is counted, and the others still run") {
  Counter before;
  Thrower thrower;
  Counter after;
  const Time due = reactor.now();
  reactor.timers().Arm(before, due);
  reactor.timers().Arm(thrower, due);
  reactor.timers().Arm(after, due);
  reactor.RunOnce();
  reactor.RunOnce();
  CHECK(LastTimeout() == Duration::zero());
  CHECK(before.count == 1);
  CHECK(after.count == 1);
  // All that ran, the one that threw and those before it included.
  CHECK(counters().timers_expired == 3);
  CHECK(counters().exceptions == 1);
  CHECK(kernel.log()[0].find("a timer: late") != std::string::npos);
}

TEST_CASE_METHOD(ReactorFixture, "a task that throws is counted, and the others still run") {
  CHECK(reactor.Post([] { throw std::runtime_error("oops"); }) == PostResult::kPosted);
  CHECK(reactor.Post([&] { log.emplace_back("next"); }) == PostResult::kPosted);
  Round();
  CHECK(log == Log{"next"});
  CHECK(counters().exceptions == 1);
  CHECK(counters().tasks_run == 2);
  CHECK(kernel.log()[0].find("a posted task: oops") != std::string::npos);
}

TEST_CASE_METHOD(ReactorFixture, "an interrupted wait is a round without events") {
  ScriptedHandler& a = Add("a");
  CHECK(reactor.Post([&] { log.emplace_back("task"); }) == PostResult::kPosted);
  kernel.Fail(Call::kEpollWait, 1, Error::kInterrupted);
  kernel.Deliver({On(a)});
  reactor.RunOnce();
  CHECK(log == Log{"task"});
  CHECK(counters().interrupted_waits == 1);
  reactor.RunOnce();
  CHECK(log == Log{"task", "a.input"});
}

TEST_CASE_METHOD(ReactorFixture, "registering is all or nothing") {
  const Error refusal = GENERATE(Error::kNoMemory, Error::kNoSpace, Error::kBadHandle);
  ScriptedHandler& a = Make("a");
  const Handle handle = kernel.OpenSocket(AddressFamily::kIpv4).handle();
  kernel.Fail(Call::kEpollAdd, 1, refusal);
  CHECK(reactor.Register(a, handle, Watch::kStream, kReadable | kWritable) == refusal);
  CHECK(a.registration() == EventHandler::Registration::kIdle);
  CHECK(a.reactor() == nullptr);
  CHECK(a.handle() == kNoHandle);
  CHECK(a.interest() == kNothing);
  CHECK_FALSE(a.linked());
  CHECK(reactor.registered() == 0);
  CHECK(counters().registration_failures == 1);
  CHECK(counters().registrations == 0);
  // What failed once may work the next time.
  CHECK(reactor.Register(a, handle, Watch::kStream, kReadable) == Error::kNone);
  Round({On(a)});
  CHECK(log == Log{"a.input"});
}

TEST_CASE_METHOD(ReactorFixture, "what a handler is registered for depends on what it watches") {
  ScriptedHandler& stream = Add("stream");
  ScriptedHandler& input = Make("input");
  ScriptedHandler& shared = Make("shared");
  const Handle one = kernel.OpenWakeup().handle();
  const Handle two = kernel.OpenSocket(AddressFamily::kIpv4).handle();
  CHECK(reactor.Register(input, one, Watch::kInput, kReadable) == Error::kNone);
  CHECK(reactor.Register(shared, two, Watch::kSharedInput, kReadable) == Error::kNone);
  CHECK(kernel.registrations().at(stream.handle()).mask ==
        (kEpollIn | kEpollOut | kEpollPriority | kEpollPeerFinished | kEpollEdge));
  CHECK(kernel.registrations().at(one).mask == (kEpollIn | kEpollEdge));
  CHECK(kernel.registrations().at(two).mask == (kEpollIn | kEpollEdge | kEpollExclusive));
}

TEST_CASE_METHOD(ReactorFixture, "a spurious event costs one upcall that drains, and no spin") {
  ScriptedHandler& a = Add("a");
  char byte = 0;
  a.input = [&] {
    CHECK(kernel.Receive(a.handle(), {&byte, 1}).would_block());
    return Progress::kDrained;
  };
  Round({On(a)});
  CHECK(a.inputs == 1);
  CHECK(reactor.PollTimeout() == kForever);
}

TEST_CASE_METHOD(ReactorFixture, "an event that vanished before it was fetched is no event") {
  ScriptedHandler& a = Add("a");
  Round({On(a, kEpollExclusive)});  // no bit of it was asked for: epoll reports nothing
  CHECK(log.empty());
  CHECK(counters().events == 0);
  Round(Batch{});
  CHECK(log.empty());
  CHECK(counters().rounds == 2);
}

TEST_CASE_METHOD(ReactorFixture,
                 "several events on one handler are one upcall for each direction") {
  ScriptedHandler& a = Add("a", kReadable | kWritable);
  Round({On(a), On(a, kEpollOut), On(a)});
  CHECK(log == Log{"a.input", "a.output"});
}

TEST_CASE_METHOD(ReactorFixture, "an error while nothing is of interest reaches HandleBroken") {
  ScriptedHandler& a = Add("a", kNothing);
  SECTION("which may leave things as they are") {
    Round({On(a, kEpollError | kEpollHangup)});
    CHECK(log == Log{"a.broken"});
    CHECK(a.registered());
    CHECK(a.ready() == (kReadable | kWritable | kPeerFinished));
    CHECK(reactor.PollTimeout() == kForever);
  }
  SECTION("which may end the handler") {
    a.broken = [] { return Progress::kFailed; };
    Round({On(a, kEpollError)});
    CHECK(log == Log{"a.broken", "a.close", "a.reclaim"});
  }
}

TEST_CASE_METHOD(ReactorFixture,
                 "an error reaches the direction that is of interest, and no other") {
  ScriptedHandler& reader = Add("reader", kReadable);
  ScriptedHandler& writer = Add("writer", kWritable);
  Round({On(reader, kEpollError), On(writer, kEpollError)});
  CHECK(log == Log{"reader.input", "writer.output"});
  CHECK(reactor.PollTimeout() == kForever);
  // It is not kept for later: the system call was the judge.
  CHECK((reader.ready() & kBroken) == 0);
}

TEST_CASE("a reactor that gets no descriptors says why, and gives back what it got") {
  FakeKernel kernel;
  {
    kernel.Fail(FakeCall::kOpenEpoll, 1, Error::kProcessLimit);
    const Reactor reactor(kernel);
    CHECK(reactor.status() == Error::kProcessLimit);
  }
  {
    kernel.Fail(FakeCall::kOpenWakeup, 1, Error::kSystemLimit);
    const Reactor reactor(kernel);
    CHECK(reactor.status() == Error::kSystemLimit);
  }
  {
    kernel.Fail(FakeCall::kEpollAdd, 1, Error::kNoSpace);
    const Reactor reactor(kernel);
    CHECK(reactor.status() == Error::kNoSpace);
  }
  CHECK(kernel.open_handles() == 0);
  CHECK(kernel.bad_handles() == 0);
}

}  // namespace
}  // namespace edgewise
