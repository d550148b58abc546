// Progress: what each answer does, in each direction; and what a mask of epoll implies.
#include "reactor/progress.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "reactor/readiness.h"
#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

// One handler that wants a direction and answers what the test says. It is told of both directions.
struct Directions : ReactorFixture {
  void Tell(Progress progress) {
    tried.input = tried.output = [this, progress] {
      const std::size_t called = TakeLog().size();
      CHECK(called == 1);
      return progress;
    };
    Round({On(tried, kEpollIn | kEpollOut)});
  }

  const Readiness direction = GENERATE(kReadable, kWritable);
  const Readiness other = (kReadable | kWritable) ^ direction;
  ScriptedHandler& tried = Add("tried", direction);
};

TEST_CASE_METHOD(Directions, "kDrained clears the bit; the next edge brings it back") {
  Tell(Progress::kDrained);
  CHECK(tried.ready() == other);
  CHECK((tried.interest() & direction) != 0);
  CHECK_FALSE(tried.linked());
  CHECK(counters().drains == 1);
  Tell(Progress::kDrained);
  CHECK(tried.inputs + tried.outputs == 2);
}

TEST_CASE_METHOD(Directions, "kPreempted keeps the bit, and the turn comes again without an edge") {
  Tell(Progress::kPreempted);
  CHECK(tried.ready() == (direction | other));
  CHECK(tried.linked());
  CHECK(counters().preemptions == 1);
  CHECK(counters().drains == 0);
  Round();
  CHECK(tried.inputs + tried.outputs == 2);
}

TEST_CASE_METHOD(Directions, "kDone drops the interest; the cached bit stays for later") {
  Tell(Progress::kDone);
  CHECK(tried.ready() == (direction | other));
  CHECK((tried.interest() & direction) == 0);
  CHECK_FALSE(tried.linked());
  Round();
  CHECK(tried.inputs + tried.outputs == 1);
  reactor.AddInterest(tried, direction);
  CHECK(tried.linked());
  Round();
  CHECK(tried.inputs + tried.outputs == 2);
}

TEST_CASE_METHOD(Directions, "kFailed retires the handler") {
  Tell(Progress::kFailed);
  CHECK(log == Log{"tried.close", "tried.reclaim"});
  CHECK(counters().retired == 1);
}

TEST_CASE_METHOD(ReactorFixture, "the two directions of one turn answer for themselves") {
  ScriptedHandler& a = Add("a", kReadable | kWritable);
  a.input = [] { return Progress::kDone; };
  Round({On(a, kEpollIn | kEpollOut)});
  CHECK(log == Log{"a.input", "a.output"});
  CHECK(a.ready() == kReadable);
  CHECK(a.interest() == (kWritable | kBroken));
}

TEST_CASE_METHOD(ReactorFixture, "an upcall for input may cancel the one for output, or cause it") {
  ScriptedHandler& a = Add("a", kReadable);
  a.input = [&] {
    reactor.AddInterest(a, kWritable);
    return Progress::kDrained;
  };
  Round({On(a, kEpollIn | kEpollOut)});
  CHECK(TakeLog() == Log{"a.input", "a.output"});
  a.input = [&] {
    reactor.ClearReady(a, kWritable);
    return Progress::kDrained;
  };
  Round({On(a, kEpollIn | kEpollOut)});
  CHECK(TakeLog() == Log{"a.input"});
}

TEST_CASE_METHOD(ReactorFixture,
                 "draining the input forgets the urgent byte, not that the peer ended") {
  ScriptedHandler& a = Add("a");
  a.input = [&] {
    CHECK(a.ready() == (kReadable | kUrgent | kPeerFinished));
    return Progress::kDrained;
  };
  Round({On(a, kEpollIn | kEpollPriority | kEpollPeerFinished)});
  CHECK(a.ready() == kPeerFinished);
}

TEST_CASE_METHOD(ReactorFixture, "hints are no reason for an upcall") {
  ScriptedHandler& a = Add("a", kReadable | kWritable);
  reactor.MarkReady(a, kPeerFinished | kUrgent);
  CHECK_FALSE(a.linked());
  Round();
  CHECK(log.empty());
}

TEST_CASE_METHOD(ReactorFixture, "a handler that overrides nothing wants nothing, and can break") {
  EventHandler plain;
  const Handle handle = kernel.OpenSocket(AddressFamily::kIpv4).handle();
  REQUIRE(reactor.Register(plain, handle, Watch::kStream, kReadable | kWritable) == Error::kNone);
  Round({On(plain, kEpollIn | kEpollOut)});
  CHECK(plain.registered());
  CHECK((plain.interest() & (kReadable | kWritable)) == kNothing);
  Round({On(plain, kEpollError)});
  CHECK(plain.registration() == EventHandler::Registration::kIdle);
  CHECK(kernel.registrations().count(handle) == 0);
}

TEST_CASE("an epoll mask implies the readiness that each of its bits implies") {
  struct Row {
    EpollMask mask;
    Readiness ready;
  };
  // From the descriptions of the bits in epoll_ctl(2), not from the code.
  const Row rows[] = {
      {kEpollIn, kReadable},
      {kEpollOut, kWritable},
      {kEpollPriority, kReadable | kUrgent},
      {kEpollPeerFinished, kReadable | kPeerFinished},
      {kEpollHangup, kReadable | kWritable | kPeerFinished},
      {kEpollError, kReadable | kWritable | kBroken},
  };
  for (unsigned chosen = 0; chosen < 64; ++chosen) {
    EpollMask mask = 0;
    Readiness ready = kNothing;
    for (unsigned bit = 0; bit < 6; ++bit) {
      if ((chosen >> bit & 1) == 0) continue;
      mask |= rows[bit].mask;
      ready |= rows[bit].ready;
    }
    CHECK(ReadinessOf(mask) == ready);
    CHECK(ReadinessOf(mask | kEpollEdge | kEpollExclusive) == ready);
  }
}

}  // namespace
}  // namespace edgewise
