// What is sent leaves in order, in as few calls as can be, and waits where the socket is full.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "handlers/connection_context.h"
#include "test/handlers/callback_timer.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

constexpr std::size_t kMegabyte = 1024 * 1024;

AddressFamily AnyFamily() { return GENERATE(AddressFamily::kIpv4, AddressFamily::kUnix); }

std::uint64_t AllSends(const Stage& stage) {
  return stage.kernel.calls(Call::kSend) + stage.kernel.calls(Call::kSendGathered);
}

// A connection that is open and has nothing to do.
Connection& Opened(Stage& stage, std::size_t count = 1) {
  REQUIRE(stage.Until([&] { return stage.script.opens == count; }));
  stage.Settle();
  return *stage.newest();
}

}  // namespace

TEST_CASE("a slow reader holds the echo at high water and low water releases it") {
  Stage stage({.family = AnyFamily(),
               .connection = {.high_water = 256 * 1024, .low_water = 64 * 1024},
               .send_buffer = 32 * 1024});
  stage.Serve<Raw>();
  stage.script.keeps_frames = false;
  Peer peer(stage.address(), {.receive_buffer = 32 * 1024});
  const std::string sent = Pattern(4 * kMegabyte);
  peer.Send(sent);
  // Nothing is read for now: the hold comes, and with it an end to reading.
  REQUIRE(stage.Until([&] {
    peer.Push();
    return stage.newest() != nullptr && stage.newest()->holds() == HoldBit(Hold::kHighWater);
  }));
  // It stands until low water.
  CHECK(stage.newest()->pending_output() > 64 * 1024);
  // By one turn's bytes above the mark at the most.
  CHECK(stage.newest()->pending_output() <= 256 * 1024 + 128 * 1024);
  std::size_t most = 0;
  REQUIRE(stage.Until([&] {
    peer.Push();
    peer.Pull(20000);
    most = std::max(most, stage.newest()->pending_output());
    return peer.Pull(0).size() == sent.size();
  }));
  CHECK((peer.Pull() == sent));
  CHECK(most <= 256 * 1024 + 128 * 1024);
  CHECK(stage.counters().connection.holds > 3);
  CHECK(stage.newest()->holds() == 0);
  CHECK(stage.newest()->buffered() == 0);
  CHECK(stage.script.drains > 0);
}

TEST_CASE("sends that fall short or would block keep every byte in order") {
  const std::size_t limit = GENERATE(1, 100, 5000);
  const Error error = GENERATE(Error::kNone, Error::kWouldBlock, Error::kInterrupted);
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  for (const Call call : {Call::kSend, Call::kSendGathered}) {
    if (error != Error::kNone) stage.kernel.Fail(call, error, {.first = 2, .count = 2});
    stage.kernel.Limit(call, limit, {.first = 1, .count = 200});
  }
  std::string stream;
  for (int i = 0; i < 30; ++i) stream += Frame(Pattern(i * 37));
  stream += Frame(Pattern(40000)) + Frame("last");
  Peer peer(stage.address());
  peer.Send(stream);
  REQUIRE(stage.Until([&] { return peer.Pump().size() == stream.size(); }));
  CHECK(peer.Pull() == stream);
  CHECK(stage.counters().connection.short_sends > 0);
}

TEST_CASE("answers of any size fill the staging buffer to its last byte") {
  const std::size_t size = GENERATE(1u, 2u, 3u, 4u, 5u, 7u, 8u, 9u, 13u, 1000u, 16383u);
  Stage stage;
  stage.Serve<Lines>();
  // Twice the staging buffer, in small lines and one byte.
  const std::string line(size, 'x');
  const std::size_t lines = 2 * Workspace::kStagingBytes / (size + 1);
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    for (std::size_t i = 0; i < lines; ++i) peer.Send(line);
    for (std::size_t i = 0; i < 40000; ++i) peer.Write("y");
  };
  std::string expected;
  for (std::size_t i = 0; i < lines; ++i) expected += line + "\n";
  expected += std::string(40000, 'y');
  Peer peer(stage.address());
  peer.Send("go\n");
  REQUIRE(stage.Until([&] { return peer.Pull().size() >= expected.size(); }));
  CHECK((peer.Pull() == expected));
}

TEST_CASE("a large answer leaves with what was staged before it, in one send") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  const std::string large = Pattern(20000);
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    peer.Send("small");
    peer.Send(large);
    peer.Send("after");
  };
  Peer peer(stage.address());
  Opened(stage);
  peer.Send(Frame("go"));
  const std::string expected = Frame("small") + Frame(large) + Frame("after");
  REQUIRE(stage.Until([&] { return peer.Pull().size() == expected.size(); }));
  CHECK(peer.Pull() == expected);
  CHECK(AllSends(stage) == 2);
}

TEST_CASE("what is sent from OnOpen leaves before the answers") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  stage.script.on_open = [](Connection& peer) {
    peer.Send("welcome");
    peer.Send("to this service");
  };
  Peer peer(stage.address());
  peer.Send(Frame("hello"));
  const std::string expected = Frame("welcome") + Frame("to this service") + Frame("hello");
  REQUIRE(stage.Until([&] { return peer.Pull().size() == expected.size(); }));
  CHECK(peer.Pull() == expected);
}

TEST_CASE("what a posted task sends leaves in one send") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  Connection& connection = Opened(stage);
  const PostResult posted = stage.reactor().Post([&connection] {
    for (int i = 0; i < 100; ++i) connection.Send("news");
  });
  REQUIRE(posted == PostResult::kPosted);
  std::string expected;
  for (int i = 0; i < 100; ++i) expected += Frame("news");
  REQUIRE(stage.Until([&] { return peer.Pull().size() == expected.size(); }));
  CHECK(peer.Pull() == expected);
  CHECK(AllSends(stage) == 1);
}

TEST_CASE("what a timer sends leaves in one send") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  Connection& connection = Opened(stage);
  CallbackTimer timer([&connection] {
    connection.Send("tick");
    connection.Send("tock");
  });
  stage.reactor().timers().Arm(timer, stage.reactor().now());
  const std::string expected = Frame("tick") + Frame("tock");
  REQUIRE(stage.Until([&] { return peer.Pull().size() == expected.size(); }));
  CHECK(peer.Pull() == expected);
  CHECK(AllSends(stage) == 1);
}

TEST_CASE("what another connection's upcall sends leaves in one send") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  Peer listener(stage.address());
  Connection& audience = Opened(stage);
  Peer speaker(stage.address());
  Opened(stage, 2);
  stage.script.on_frame = [&](Connection& peer, std::string_view frame) {
    audience.Send(frame);
    audience.Send(frame);
    peer.Send("said");
  };
  speaker.Send(Frame("a") + Frame("b"));
  const std::string expected = Frame("a") + Frame("a") + Frame("b") + Frame("b");
  REQUIRE(stage.Until([&] { return listener.Pull().size() == expected.size(); }));
  CHECK(listener.Pull() == expected);
  REQUIRE(stage.Until([&] { return speaker.Pull() == Frame("said") + Frame("said"); }));
  CHECK(AllSends(stage) == 2);
}

TEST_CASE("a frame that the codec cannot express is refused and nothing is sent of it") {
  Stage stage;
  stage.Serve(LengthPrefixed({.frame_bytes_max = 10}));
  Peer peer(stage.address());
  Connection& connection = Opened(stage);
  CHECK(connection.Send("eleven bytes") == SendResult::kTooLong);
  CHECK(connection.Send("ten bytes.") == SendResult::kAccepted);
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("ten bytes."); }));
}

TEST_CASE("a reader that never reads is given up at the hard cap") {
  Stage stage(
      {.family = AnyFamily(),
       .connection = {.high_water = kMegabyte, .low_water = 1000, .outbound_bytes_max = kMegabyte},
       .send_buffer = 16 * 1024});
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  Connection& connection = Opened(stage);
  const std::string piece = Pattern(100000);
  std::size_t accepted = 0;
  SendResult result = SendResult::kAccepted;
  while (result == SendResult::kAccepted && accepted < 100) {
    result = connection.Send(piece);
    if (result == SendResult::kAccepted) ++accepted;
  }
  CHECK(result == SendResult::kOverflow);
  CHECK(accepted == 10);
  CHECK(connection.Send("more") == SendResult::kClosed);
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  CHECK(stage.script.cause() == CloseCause::kOverflow);
  CHECK(stage.counters().connection.overflows == 1);
  CHECK(stage.counters().connection.sends_refused == 1);
  CHECK(BreaksOff(stage, peer));
}

TEST_CASE("the hard cap met in the middle of a batch ends the batch") {
  Stage stage(
      {.connection = {.high_water = 100000, .low_water = 1000, .outbound_bytes_max = 100000},
       .send_buffer = 16 * 1024});
  stage.Serve<LengthPrefixed>();
  const std::string large = Pattern(900000);
  std::vector<SendResult> results;
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    results.push_back(peer.Send(large));
  };
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  peer.Send(Frame("1") + Frame("2") + Frame("3"));
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kOverflow);
  CHECK(results == std::vector<SendResult>{SendResult::kOverflow});
}

TEST_CASE("a producer that is called when its output has left goes on to the end") {
  Stage stage({.family = AnyFamily(), .send_buffer = 16 * 1024});
  stage.Serve<Raw>();
  const std::string piece = Pattern(50000);
  int left = 40;
  const auto produce = [&](Connection& peer) {
    if (left-- > 0) {
      peer.Write(piece);
    } else {
      peer.Close();
    }
  };
  stage.script.on_frame = [&](Connection& peer, std::string_view) { produce(peer); };
  stage.script.on_drained = produce;
  // All at once would never fill the socket, and so never drain the queue.
  stage.kernel.Limit(Call::kSend, 1000, {.first = 1, .count = 1});
  stage.kernel.Limit(Call::kSendGathered, 1000, {.first = 1, .count = 1});
  Peer peer(stage.address());
  peer.Send("go");
  REQUIRE(stage.Until([&] { return peer.Pull().size() == 40 * piece.size() && peer.ended(); }));
  std::string expected;
  for (int i = 0; i < 40; ++i) expected += piece;
  CHECK((peer.Pull() == expected));
}

}  // namespace edgewise::handlers_test
