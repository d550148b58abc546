// The two classes: interactive handlers first, then a slice of the bulk ones.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

// The defaults of ReactorOptions::interactive_bytes_max and bulk_bytes_max.
constexpr std::size_t kLittle = 16 * 1024;
constexpr std::size_t kMuch = 128 * 1024;
constexpr int kGreedy = 100;

// A hundred handlers that always have more, already found out to be bulk, and a polite one.
struct Crowd : ReactorFixture {
  explicit Crowd(std::size_t slice) : ReactorFixture(ReactorOptions{.bulk_slice = slice}) {
    Batch batch;
    for (int i = 0; i < kGreedy; ++i) {
      ScriptedHandler& greedy = Add("greedy" + std::to_string(i));
      greedy.input = [this] {
        if (before_upcall) before_upcall();
        reactor.Charge(kMuch);
        ++greedy_upcalls;
        return Progress::kPreempted;
      };
      batch.push_back(On(greedy));
    }
    Round(batch);
    greedy_upcalls = 0;
  }

  std::function<void()> before_upcall;
  int greedy_upcalls = 0;
};

// The bound of the two classes, in upcalls. Broken by linking every handler into the one queue:
//   CHECK( waited_most == slice ) with expansion: 200 == 1
TEST_CASE("beside a hundred greedy handlers a polite one waits for one slice at most") {
  const int slice = GENERATE(1, 2, 4);
  Crowd crowd(static_cast<std::size_t>(slice));
  ScriptedHandler& polite = crowd.Add("polite");
  bool waiting = false;
  int since = 0;
  int waited_most = 0;
  // Its data comes at the worst moment: the kernel has just been asked, a whole slice is to come.
  crowd.before_upcall = [&] {
    if (std::exchange(waiting, true)) return;
    since = crowd.greedy_upcalls;
    crowd.kernel.Deliver({On(polite)});
  };
  polite.input = [&] {
    waiting = false;
    waited_most = std::max(waited_most, crowd.greedy_upcalls - since);
    return Progress::kDrained;
  };
  for (int round = 0; round <= 500; ++round) crowd.Round();
  CHECK(polite.inputs == 500);
  CHECK(waited_most == slice);
}

TEST_CASE("greedy handlers take turns, first in, first out") {
  const int slice = GENERATE(1, 3);
  Crowd crowd(static_cast<std::size_t>(slice));
  crowd.TakeLog();
  const int upcalls = 3 * kGreedy;
  for (int round = 0; round < upcalls / slice; ++round) crowd.Round();
  REQUIRE(crowd.log.size() == static_cast<std::size_t>(upcalls));
  for (int i = 0; i < upcalls; ++i) {
    REQUIRE(crowd.log[static_cast<std::size_t>(i)] ==
            "greedy" + std::to_string(i % kGreedy) + ".input");
  }
}

TEST_CASE("greedy handlers progress however busy the polite ones are") {
  Crowd crowd(1);
  ReactorFixture::Batch polite;
  for (int i = 0; i < 50; ++i) polite.push_back(On(crowd.Add("polite")));
  for (int round = 0; round < kGreedy; ++round) crowd.Round(polite);
  for (int i = 0; i < kGreedy; ++i) CHECK(crowd.handlers[static_cast<std::size_t>(i)].inputs == 2);
}

TEST_CASE("a slice never serves a handler twice in a round") {
  ReactorFixture fixture(ReactorOptions{.bulk_slice = 4});
  ScriptedHandler& a = fixture.Add("a");
  ScriptedHandler& b = fixture.Add("b");
  a.input = b.input = [] { return Progress::kPreempted; };
  fixture.Round({On(a), On(b)});
  fixture.TakeLog();
  fixture.Round();
  CHECK(fixture.log == ReactorFixture::Log{"a.input", "b.input"});
}

// A handler that answers what it is told to.
struct Classes : ReactorFixture {
  Classes() {
    tried.input = [this] {
      reactor.Charge(charge);
      return next;
    };
  }
  // As which its next upcall is counted. Its class stays as it is.
  bool IsBulk() {
    const Progress was = next;
    TakeLog();
    const std::uint64_t before = counters().bulk_upcalls;
    reactor.MarkReady(tried, kReadable);
    next = Progress::kDrained;
    const std::size_t charged = std::exchange(charge, kLittle + 1);
    Round();
    charge = charged;
    next = was;
    return counters().bulk_upcalls != before;
  }

  ScriptedHandler& tried = Add("tried");
  Progress next = Progress::kDrained;
  std::size_t charge = 0;
};

TEST_CASE_METHOD(Classes,
                 "a handler begins as an interactive one, and a preemption makes it bulk") {
  CHECK_FALSE(IsBulk());
  charge = kLittle * 10;
  Round({On(tried)});
  CHECK_FALSE(IsBulk());  // much, but drained
  next = Progress::kPreempted;
  Round({On(tried)});
  CHECK(IsBulk());
  CHECK(counters().preemptions == 1);
}

TEST_CASE_METHOD(Classes, "a bulk handler that drains with little becomes interactive again") {
  next = Progress::kPreempted;
  Round({On(tried)});
  next = Progress::kDrained;
  Round();
  CHECK(IsBulk());  // that was the end of what took two turns
  SECTION("little: the limit itself") {
    charge = kLittle;
    Round({On(tried)});
    CHECK_FALSE(IsBulk());
  }
  SECTION("much: one byte more") {
    charge = kLittle + 1;
    Round({On(tried)});
    CHECK(IsBulk());
    charge = 0;
    Round({On(tried)});
    CHECK_FALSE(IsBulk());
  }
}

TEST_CASE_METHOD(Classes, "a preemption in one direction alone makes the handler bulk") {
  reactor.AddInterest(tried, kWritable);
  tried.output = [] { return Progress::kPreempted; };
  Round({On(tried, kEpollIn | kEpollOut)});
  CHECK(tried.ready() == kWritable);
  CHECK(tried.linked());
  reactor.ClearReady(tried, kWritable);
  CHECK(IsBulk());
}

TEST_CASE_METHOD(Classes, "what others charged does not count") {
  ScriptedHandler& other = Add("other");
  other.input = [&] {
    reactor.Charge(kLittle * 2);
    return Progress::kDrained;
  };
  next = Progress::kPreempted;
  Round({On(tried)});
  next = Progress::kDrained;
  Round();
  Round({On(other), On(tried)});
  CHECK_FALSE(IsBulk());
}

// Broken by a budget that stays what it is for bulk handlers:
//   CHECK( budgets == std::vector<std::size_t>{kLittle, kMuch, kLittle} ) with expansion:
//   { 16384, 131072, 131072 } == { 16384, 131072, 16384 }
TEST_CASE("an interactive turn is a short one, a bulk turn a long one") {
  ReactorFixture fixture;
  ScriptedHandler& tried = fixture.Add("tried");
  std::vector<std::size_t> budgets;
  tried.input = [&] {
    budgets.push_back(fixture.reactor.budget());
    return budgets.size() == 1 ? Progress::kPreempted : Progress::kDrained;
  };
  fixture.Round({On(tried)});
  fixture.Round();
  ScriptedHandler& other = fixture.Add("other");
  other.input = [&] {
    budgets.push_back(fixture.reactor.budget());
    return Progress::kDrained;
  };
  fixture.Round({On(other)});
  CHECK(budgets == std::vector<std::size_t>{kLittle, kMuch, kLittle});
}

TEST_CASE_METHOD(Classes, "a new registration forgets the class of the one before") {
  next = Progress::kPreempted;
  Round({On(tried)});
  reactor.Retire(tried, {.cause = CloseCause::kLocal});
  Round();
  const Handle handle = kernel.OpenSocket(AddressFamily::kIpv4).handle();
  REQUIRE(reactor.Register(tried, handle, Watch::kStream, kReadable) == Error::kNone);
  CHECK_FALSE(IsBulk());
}

}  // namespace
}  // namespace edgewise
