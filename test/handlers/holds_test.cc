// A hold pauses reading; releasing the last one goes on without waiting for an edge that is past.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <string>
#include <vector>

#include "handlers/connection_context.h"
#include "test/handlers/callback_timer.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

AddressFamily AnyFamily() { return GENERATE(AddressFamily::kIpv4, AddressFamily::kUnix); }

constexpr int kBatch = 7;

std::string Batch() {
  std::string bytes;
  for (int i = 0; i < kBatch; ++i) bytes += Frame("frame " + std::to_string(i));
  return bytes;
}

}  // namespace

TEST_CASE("a hold in the middle of a batch delivers the rest after the release, with no new edge") {
  enum class Releaser { kCallback, kTask, kTimer };
  const Releaser releaser = GENERATE(Releaser::kCallback, Releaser::kTask, Releaser::kTimer);
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  Connection* held = nullptr;
  CallbackTimer timer([&] { held->ReleaseReading(); });
  // Each frame holds the connection again.
  stage.script.on_frame = [&](Connection& peer, std::string_view frame) {
    peer.Send(frame);
    peer.HoldReading();
    held = &peer;
    if (releaser == Releaser::kCallback) {
      peer.ReleaseReading();
    } else if (releaser == Releaser::kTimer) {
      stage.reactor().timers().Arm(timer, stage.reactor().now());
    } else {
      REQUIRE(stage.reactor().Post([&peer] { peer.ReleaseReading(); }) == PostResult::kPosted);
    }
  };
  Peer peer(stage.address());
  peer.Send(Batch());
  REQUIRE(stage.Until([&] { return peer.Pull().size() >= Batch().size(); }));
  CHECK(peer.Pull() == Batch());
  CHECK(stage.script.frame_count == kBatch);
  stage.Settle();
  CHECK(stage.newest()->buffered() == 0);
}

TEST_CASE("another connection's upcall may release a hold") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  Connection* held = nullptr;
  stage.script.on_frame = [&](Connection& peer, std::string_view frame) {
    if (frame == "go on") return held->ReleaseReading();
    peer.Send(frame);
    if (held != nullptr) return;
    held = &peer;
    peer.HoldReading();
  };
  Peer peer(stage.address());
  peer.Send(Batch());
  REQUIRE(stage.Until([&] { return held != nullptr; }));
  stage.Settle();
  CHECK(stage.script.frame_count == 1);
  CHECK(held->holds() == HoldBit(Hold::kUser));
  Peer other(stage.address());
  other.Send(Frame("go on"));
  REQUIRE(stage.Until([&] { return peer.Pull() == Batch(); }));
}

TEST_CASE("what arrives during a hold is read after it") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  stage.newest()->HoldReading();
  peer.Send(Batch());
  stage.Settle();
  CHECK(stage.script.frame_count == 0);
  stage.newest()->ReleaseReading();
  REQUIRE(stage.Until([&] { return peer.Pull() == Batch(); }));
}

TEST_CASE("reading goes on only when the last of several holds is gone") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  Connection& connection = *stage.newest();
  connection.HoldReading();
  connection.AddHold(Hold::kMemory);
  connection.HoldReading();
  CHECK(HoldNames(connection.holds()) == "user, memory");
  peer.Send(Batch());
  stage.Settle();
  connection.ReleaseReading();
  stage.Settle();
  CHECK(stage.script.frame_count == 0);
  connection.ReleaseHold(Hold::kHighWater);  // was never there
  connection.ReleaseHold(Hold::kMemory);
  REQUIRE(stage.Until([&] { return peer.Pull() == Batch(); }));
  CHECK(stage.counters().connection.holds == 1);
}

TEST_CASE("an end that comes during a hold is found after it") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  stage.script.on_frame = [](Connection& peer, std::string_view frame) {
    peer.Send(frame);
    if (frame == "frame 0") peer.HoldReading();
  };
  Peer peer(stage.address());
  peer.Send(Batch());
  peer.Finish();
  REQUIRE(stage.Until([&] { return stage.script.frame_count == 1; }));
  stage.Settle();
  CHECK(stage.script.ends == 0);
  stage.newest()->ReleaseReading();
  REQUIRE(stage.Until([&] { return peer.Pull() == Batch() && peer.ended(); }));
  CHECK(stage.script.ends == 1);
  CHECK(stage.script.cause() == CloseCause::kEndOfStream);
}

TEST_CASE("an error while reading is held is consumed and ends the connection") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  stage.newest()->HoldReading();
  peer.Send(Frame("unread"));
  stage.Settle();
  peer.Reset();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kReset);
}

TEST_CASE("a hang-up while reading is held does not spin") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  stage.newest()->HoldReading();
  peer.Send(Frame("last words"));
  peer.Close();
  stage.Settle();
  const std::uint64_t upcalls = stage.reactor().counters().upcalls;
  stage.Rounds(20);
  CHECK(stage.reactor().counters().upcalls == upcalls);
  REQUIRE(stage.open_connections() == 1);
  stage.newest()->ReleaseReading();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.frames == std::vector<std::string>{"last words"});
}

TEST_CASE("closing a held connection goes on to its end") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  peer.Send(Frame("one") + Frame("two"));
  stage.script.on_frame = [](Connection& connection, std::string_view frame) {
    connection.Send(frame);
    connection.HoldReading();
  };
  REQUIRE(stage.Until([&] { return stage.script.frame_count == 1; }));
  stage.newest()->Close();
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("one") && peer.ended(); }));
  peer.Close();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kLocal);
}

TEST_CASE("holding from OnOpen delivers nothing until the release") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  stage.script.on_open = [](Connection& peer) { peer.HoldReading(); };
  Peer peer(stage.address());
  peer.Send(Batch());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  stage.Settle();
  CHECK(stage.script.frame_count == 0);
  stage.newest()->ReleaseReading();
  REQUIRE(stage.Until([&] { return peer.Pull() == Batch(); }));
}

TEST_CASE("random holds and releases lose no frame") {
  const unsigned seed = GENERATE(range(1u, 9u));
  CAPTURE(seed);
  Stage stage({.family = AnyFamily(), .worker = {.reactor = {.bulk_bytes_max = 700}}});
  stage.Serve<LengthPrefixed>();
  std::uint32_t state = seed;
  const auto random = [&state](std::uint32_t bound) {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % bound;
  };
  stage.script.on_frame = [&](Connection& peer, std::string_view frame) {
    peer.Send(frame);
    if (random(3) == 0) peer.HoldReading();
    if (random(5) == 0) peer.ReleaseReading();
    if (random(7) == 0) peer.AddHold(Hold::kMemory);
  };
  std::string stream;
  for (int i = 0; i < 400; ++i) stream += Frame(Pattern(random(90)));
  Peer peer(stage.address());
  std::size_t sent = 0;
  REQUIRE(stage.Until([&] {
    const std::size_t piece = std::min<std::size_t>(random(300), stream.size() - sent);
    peer.Send(std::string_view(stream).substr(sent, piece));
    sent += piece;
    if (stage.newest() != nullptr && random(2) == 0) stage.newest()->ReleaseReading();
    if (stage.newest() != nullptr && random(2) == 0) stage.newest()->ReleaseHold(Hold::kMemory);
    return peer.Pull().size() == stream.size();
  }));
  CHECK(peer.Pull() == stream);
  CHECK(stage.script.frame_count == 400);
}

}  // namespace edgewise::handlers_test
