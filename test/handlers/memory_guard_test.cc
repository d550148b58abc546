// One budget over the buffers of all connections, and its three policies.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>

#include "handlers/connection_context.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

using std::chrono::milliseconds;

// Sends the first `bytes` of a frame of 200 KB, and waits until they were received.
void Begin(Stage& stage, Peer& peer, std::size_t bytes) {
  static const std::string frame = Frame(Pattern(200'000));
  const std::uint64_t before = stage.counters().connection.bytes_received;
  peer.Send(std::string_view(frame).substr(0, bytes));
  REQUIRE(
      stage.Until([&] { return stage.counters().connection.bytes_received == before + bytes; }));
}

}  // namespace

TEST_CASE("pause: who grows over the budget is held until there is room again") {
  Stage stage(Tight(MemoryPolicy::kPause));
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer large(stage.address());
  Begin(stage, large, 60'000);
  Peer small(stage.address());
  Begin(stage, small, 15'000);
  CHECK(stage.counters().memory.pauses == 1);
  CHECK(stage.newest()->holds() == HoldBit(Hold::kMemory));
  stage.Pass(milliseconds(30));
  CHECK(stage.newest()->holds() == HoldBit(Hold::kMemory));
  // Nobody new is let in meanwhile.
  Peer newcomer(stage.address());
  REQUIRE(stage.Until([&] { return stage.counters().accept.pauses != 0; }));
  CHECK(stage.script.opens == 2);
  large.Reset();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  stage.Pass(milliseconds(10));
  CHECK(stage.newest()->holds() == 0);
  stage.Pass(milliseconds(50));
  REQUIRE(stage.Until([&] { return stage.script.opens == 3; }));
  CHECK(stage.script.cause() == CloseCause::kReset);
}

TEST_CASE("pause: when pausing brings no room for a second, the largest is shed") {
  Stage stage(Tight(MemoryPolicy::kPause));
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer large(stage.address());
  Begin(stage, large, 60'000);
  Peer small(stage.address());
  Begin(stage, small, 15'000);
  for (int i = 0; i < 99; ++i) stage.Pass(milliseconds(10));
  CHECK(stage.script.closes.empty());
  for (int i = 0; i < 5; ++i) stage.Pass(milliseconds(10));
  CHECK(stage.script.cause() == CloseCause::kOverflow);
  CHECK(stage.counters().memory.shed == 1);
  CHECK(stage.open_connections() == 1);
  CHECK(stage.newest()->holds() == 0);
  REQUIRE(stage.Until([&] { return large.Pull().empty() && large.over(); }));
  CHECK_FALSE(small.over());
}

TEST_CASE("refuse: who grows over the budget is closed") {
  Stage stage(Tight(MemoryPolicy::kRefuse));
  stage.Serve<LengthPrefixed>();
  Peer large(stage.address());
  Begin(stage, large, 60'000);
  Peer small(stage.address());
  Begin(stage, small, 15'000);
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kOverflow);
  CHECK(stage.script.closes.front().detail != nullptr);
  CHECK(stage.counters().memory.refused == 1);
  REQUIRE(stage.Until([&] { return small.Pull().empty() && small.over(); }));
  CHECK_FALSE(large.over());
}

TEST_CASE("refuse: an answer over the budget closes the one that it was for") {
  Stage stage({.worker = {.buffer_bytes_max = kTightBudget, .memory_policy = MemoryPolicy::kRefuse},
               .send_buffer = 16 * 1024});
  stage.Serve<LengthPrefixed>();
  const std::string large = Pattern(800'000);
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    peer.Send(large);
    peer.Send("more");
  };
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  peer.Send(Frame("1") + Frame("2"));
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kOverflow);
  CHECK(stage.script.frame_count == 1);
  CHECK(BreaksOff(stage, peer));
}

TEST_CASE("shed: the largest is closed, and whoever grew goes on") {
  Stage stage(Tight(MemoryPolicy::kShedLargest));
  stage.Serve<LengthPrefixed>();
  Peer large(stage.address());
  Begin(stage, large, 60'000);
  Peer small(stage.address());
  Begin(stage, small, 15'000);
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kOverflow);
  CHECK(stage.counters().memory.shed == 1);
  REQUIRE(stage.Until([&] { return large.Pull().empty() && large.over(); }));
  CHECK_FALSE(small.over());
}

TEST_CASE("shed: who is ending already is not chosen, though it was the largest") {
  Stage stage(Tight(MemoryPolicy::kShedLargest));
  stage.Serve<LengthPrefixed>();
  Peer large(stage.address());
  Begin(stage, large, 60'000);
  Connection& largest = *stage.newest();
  Peer growing(stage.address());
  growing.Send(Frame("request"));
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    largest.Abort({.cause = CloseCause::kLocal});
    peer.AccountFor(30'000);
  };
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 2; }));
  CHECK(stage.script.closes[0].cause == CloseCause::kLocal);
  CHECK(stage.script.closes[1].cause == CloseCause::kOverflow);
  CHECK(stage.counters().memory.shed == 1);
}

TEST_CASE("shed: one that lingers after its close is no exception") {
  Stage stage(Tight(MemoryPolicy::kShedLargest));
  stage.Serve<LengthPrefixed>();
  stage.script.on_frame = [](Connection& peer, std::string_view) {
    peer.AccountFor(60'000);
    peer.Close();
  };
  Peer closing(stage.address());
  closing.Send(Frame("request"));
  REQUIRE(stage.UntilEnded(closing));
  CHECK(stage.open_connections() == 1);
  Peer other(stage.address());
  Begin(stage, other, 20'000);
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kOverflow);
  CHECK(stage.counters().memory.shed == 1);
  CHECK_FALSE(other.over());
}

// A connection's memory comes back only at the end of the round in which it was closed.
TEST_CASE("shed: many that grow in one round do not cost more than the largest its place") {
  Stage stage(Tight(MemoryPolicy::kShedLargest));
  stage.Serve<LengthPrefixed>();
  Peer large(stage.address());
  Begin(stage, large, 60'000);
  std::deque<Peer> small;
  for (int i = 0; i < 20; ++i) small.emplace_back(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 21; }));
  stage.Settle();
  const std::string begun = Frame(Pattern(2000)).substr(0, 1000);
  for (Peer& peer : small) peer.Send(begun);
  REQUIRE(stage.Until(
      [&] { return stage.counters().connection.bytes_received == 60'000 + 20 * begun.size(); }));
  stage.Settle();
  CHECK(stage.script.closes.size() == 1);
  CHECK(stage.counters().memory.shed == 1);
  CHECK(stage.open_connections() == 20);
}

}  // namespace edgewise::handlers_test
