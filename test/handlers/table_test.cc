// The database of client handles against a model, and its weak names.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "handlers/connection_context.h"
#include "handlers/connection_table.h"
#include "test/support/fake_kernel.h"

namespace edgewise::handlers_test {
namespace {

// The least that is a connection.
class Light final : public Connection {
 public:
  explicit Light(ConnectionContext& context) : Connection(context, PeerAddress()) {}
  SendResult Send(std::string_view) override { return SendResult::kClosed; }
  void EndFraming() override {}

 private:
  Duration FrameTimeout() const override { return kForever; }
  std::string_view FarewellFor(CloseCause) const override { return {}; }
  Consumed Consume(std::string_view) override { return {}; }
  void Opened() override {}
  void Ended() override {}
  void Drained() override {}
  void Finishing() override {}
  bool Refusing(const CloseReason&) override { return true; }
  void Closed(const CloseReason&) override {}
};

// A table on a kernel whose descriptors cost nothing.
class Crowd {
 public:
  explicit Crowd(std::size_t handles_max) : table_(handles_max) {
    kernel_.set_descriptor_limit(100'000);
  }
  ~Crowd() {
    table_.ForEach([](Connection& connection) { connection.Abort({}); });
    reactor_.DrainRetired();
  }

  ConnectionRef Add() {
    auto connection = std::make_unique<Light>(context_);
    REQUIRE(connection->Open(kernel_.OpenSocket(AddressFamily::kIpv4).handle()) == Error::kNone);
    return table_.Insert(std::move(connection)).ref();
  }
  void Remove(const ConnectionRef& ref) {
    Connection* connection = table_.Find(ref);
    REQUIRE(connection != nullptr);
    connection->Abort({.cause = CloseCause::kLocal});
    reactor_.DrainRetired();
  }

  ConnectionTable& table() { return table_; }

 private:
  FakeKernel kernel_;
  Reactor reactor_{kernel_};
  Workspace workspace_{4096};
  ConnectionTable table_;
  ConnectionOptions options_;
  MemoryGuard guard_{reactor_, table_, workspace_.gauge(), 1 << 30, MemoryPolicy::kPause};
  struct Nobody final : ConnectionOrigin {
    void Left(const PeerAddress&) override {}
  } origin_;
  ConnectionContext context_{.reactor = reactor_,
                             .kernel = reactor_.kernel(),
                             .workspace = workspace_,
                             .table = table_,
                             .options = options_,
                             .origin = origin_,
                             .memory = guard_};
};

std::set<Handle> HandlesIn(ConnectionTable& table) {
  std::set<Handle> handles;
  table.ForEach([&handles](Connection& connection) {
    // Each once.
    CHECK(handles.insert(connection.handle()).second);
  });
  return handles;
}

}  // namespace

TEST_CASE("20,000 random insertions and erasures agree with a map") {
  const unsigned seed = GENERATE(1u, 2u);
  // A reservation for many more than come, and for far fewer: more still work, slower.
  const std::size_t handles_max = GENERATE(std::size_t{1} << 20, std::size_t{0}, std::size_t{1000});
  CAPTURE(seed, handles_max);
  std::uint64_t state = seed;
  const auto random = [&state](std::size_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state >> 33) % bound;
  };
  Crowd crowd(handles_max);
  std::unordered_map<Handle, std::uint32_t> model;
  std::vector<ConnectionRef> present;
  std::vector<ConnectionRef> gone;
  std::size_t most = 0;
  for (int step = 0; step < 20'000; ++step) {
    // Grows to some thousands, with two thirds of the steps, and shrinks again.
    const bool grows = random(12) < (step < 12'000 ? 8u : 4u);
    if (grows || present.empty()) {
      present.push_back(crowd.Add());
      model[present.back().handle] = present.back().generation;
    } else {
      const std::size_t place = random(present.size());
      crowd.Remove(present[place]);
      model.erase(present[place].handle);
      gone.push_back(present[place]);
      present[place] = present.back();
      present.pop_back();
    }
    most = std::max(most, present.size());
    if (crowd.table().size() != model.size()) FAIL("sizes differ at step " << step);
    // Some of those who are in, and one who is not.
    for (int look = 0; look < 3 && !present.empty(); ++look) {
      const ConnectionRef& ref = present[random(present.size())];
      Connection* found = crowd.table().Find(ref);
      if (found == nullptr || found->ref() != ref) FAIL("one is missing at step " << step);
    }
    if (!gone.empty()) {
      const ConnectionRef& ref = gone[random(gone.size())];
      if (crowd.table().Find(ref) != nullptr) FAIL("one who is gone was found at step " << step);
      const bool reused = model.count(ref.handle) != 0;
      if ((crowd.table().Find(ref.handle) != nullptr) != reused) FAIL("a number is wrong");
    }
  }
  std::set<Handle> expected;
  for (const auto& [handle, generation] : model) expected.insert(handle);
  CHECK(HandlesIn(crowd.table()) == expected);
  CHECK(most > 3000);
}

TEST_CASE("a table that was emptied is as good as new") {
  Crowd crowd(1 << 16);
  for (int cycle = 0; cycle < 3; ++cycle) {
    std::vector<ConnectionRef> refs;
    for (int i = 0; i < 1000; ++i) refs.push_back(crowd.Add());
    CHECK(HandlesIn(crowd.table()).size() == 1000);
    for (const ConnectionRef& ref : refs) crowd.Remove(ref);
    CHECK(crowd.table().empty());
  }
}

TEST_CASE("a name outlives its connection and never means another one") {
  Crowd crowd(64);
  const ConnectionRef first = crowd.Add();
  CHECK(crowd.table().Find(first)->ref() == first);
  crowd.Remove(first);
  CHECK(crowd.table().Find(first) == nullptr);
  const ConnectionRef second = crowd.Add();
  CHECK(second.handle == first.handle);
  CHECK(second != first);
  CHECK(crowd.table().Find(first) == nullptr);
  CHECK(crowd.table().Find(second)->ref() == second);
  CHECK(crowd.table().Find(ConnectionRef{}) == nullptr);
}

TEST_CASE("closing connections while walking over them is allowed") {
  Crowd crowd(64);
  for (int i = 0; i < 100; ++i) crowd.Add();
  int visited = 0;
  crowd.table().ForEach([&visited](Connection& connection) {
    ++visited;
    connection.Abort({.cause = CloseCause::kLocal});
  });
  CHECK(visited == 100);
  CHECK(crowd.table().size() == 100);
}

}  // namespace edgewise::handlers_test
