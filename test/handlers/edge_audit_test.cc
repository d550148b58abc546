// The lost-edge audit finds what it is for, mends it, and accuses nobody else.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <deque>
#include <string>

#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

using std::chrono::seconds;

// Loses an edge on purpose: what has arrived is forgotten as if it had been read to the end.
void LoseAnEdge(Stage& stage, Connection& connection, Peer& peer, std::string_view bytes) {
  stage.reactor().DropInterest(connection, kReadable);
  peer.Send(bytes);
  while ((connection.ready() & kReadable) == 0) stage.reactor().RunOnce(seconds(1));
  stage.reactor().ClearReady(connection, kReadable);
  stage.reactor().AddInterest(connection, kReadable);
}

}  // namespace

// How it is broken: see LoseAnEdge.
TEST_CASE("a lost edge is found at the second look, counted and mended") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  stage.Settle();
  LoseAnEdge(stage, *stage.newest(), peer, Frame("forgotten"));
  stage.Rounds(20);
  CHECK(peer.Pull().empty());
  stage.Pass(seconds(1));
  CHECK(stage.counters().connection.lost_edges == 0);
  stage.Pass(seconds(1));
  CHECK(stage.counters().connection.lost_edges == 1);
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("forgotten"); }));
  stage.lost_edges_expected = 1;
}

TEST_CASE("every connection of many is looked at in its turn") {
  Stage stage({.connection = {.idle_timeout = kForever}});
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  std::deque<Peer> peers;
  for (int i = 0; i < 50; ++i) peers.emplace_back(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 50; }));
  stage.Settle();
  LoseAnEdge(stage, *stage.newest(), peers.back(), Frame("forgotten"));
  // Eight are looked at in a second, and the whole circle twice at the most.
  int looks = 0;
  while (stage.counters().connection.lost_edges == 0 && looks < 30) {
    stage.Pass(seconds(1));
    ++looks;
  }
  CHECK(stage.counters().connection.lost_edges == 1);
  stage.lost_edges_expected = 1;
}

TEST_CASE(
    "input that was gone again at the second look, or whose connection is, was no lost edge") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  stage.Settle();
  LoseAnEdge(stage, *stage.newest(), peer, "read");
  stage.Pass(seconds(1));
  SECTION("read by somebody else") {
    std::array<char, 100> room;
    CHECK(stage.kernel.Receive(stage.newest()->handle(), room).bytes() == 4);
  }
  SECTION("the connection was held meanwhile") { stage.newest()->HoldReading(); }
  SECTION("the connection ended meanwhile") {
    stage.newest()->Abort({.cause = CloseCause::kLocal});
  }
  stage.Pass(seconds(1));
  stage.Pass(seconds(1));
  CHECK(stage.counters().connection.lost_edges == 0);
}

TEST_CASE("connections that are held, busy or idle are not accused") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer held(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  stage.newest()->HoldReading();
  Peer idle(stage.address());
  Peer busy(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 3; }));
  held.Send(Frame("waiting"));
  for (int i = 0; i < 10; ++i) {
    busy.Forget();
    busy.Send(Frame("working"));
    REQUIRE(stage.Until([&] { return busy.Pull() == Frame("working"); }));
    // Something comes in right before the look, and is read right after it.
    busy.Send(Frame("working"));
    stage.Pass(seconds(1));
    REQUIRE(stage.Until([&] { return busy.Pull().size() == 2 * Frame("working").size(); }));
  }
  CHECK(stage.counters().connection.lost_edges == 0);
  CHECK(stage.kernel.calls(Call::kPollNow) > 0);
}

}  // namespace edgewise::handlers_test
