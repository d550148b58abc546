// The end of a connection: no answer is lost, and the reason is the true one.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <stdexcept>
#include <string>

#include "handlers/connection_context.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

AddressFamily AnyFamily() { return GENERATE(AddressFamily::kIpv4, AddressFamily::kUnix); }

}  // namespace

TEST_CASE("closing with megabytes queued and input unread loses no byte of the answer") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<Lines>();
  const std::string answer = Pattern(4'000'000);
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    peer.Write(answer);
    peer.Close();
  };
  Peer peer(stage.address());
  // The first line is answered, the rest is never looked at.
  peer.Send("go\n" + std::string(300'000, 'u'));
  REQUIRE(stage.Until([&] { return peer.Pump().size() >= answer.size() && peer.over(); }));
  CHECK((peer.Pull() == answer));
  CHECK(peer.ended());
  CHECK(peer.error() == Error::kNone);
  CHECK(stage.script.frame_count == 1);
  peer.Close();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kLocal);
  CHECK(stage.counters().connection.bytes_discarded > 0);
}

TEST_CASE("a peer that goes on sending after our end does not get its answer reset") {
  Stage stage({.connection = {.linger_timeout = std::chrono::seconds(60)}});
  stage.Serve<Lines>();
  const std::string answer = Pattern(2'000'000);
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    peer.Write(answer);
    peer.Close();
  };
  Peer peer(stage.address());
  peer.Send("go\n");
  REQUIRE(stage.Until([&] {
    if (peer.unsent() == 0) peer.Send(std::string(10'000, 'u'));
    return peer.Pull(50'000).size() >= answer.size() && peer.over();
  }));
  CHECK((peer.Pull() == answer));
  CHECK(peer.ended());
}

TEST_CASE("a half-close with requests pending is answered in full") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  std::string frames;
  for (int i = 0; i < 500; ++i) frames += Frame(Pattern(i * 17));
  Peer peer(stage.address());
  peer.Send(frames);
  peer.Finish();
  REQUIRE(stage.Until([&] { return peer.Pump().size() >= frames.size() && peer.over(); }));
  CHECK((peer.Pull() == frames));
  CHECK(peer.ended());
  CHECK(stage.script.frame_count == 500);
  CHECK(stage.script.ends == 1);
  CHECK(stage.script.cause() == CloseCause::kEndOfStream);
}

TEST_CASE("data and end in one event are both found, whatever the size of the data") {
  // Around what one receive takes: the end follows a short receive, or a full one.
  const std::size_t size = GENERATE(1u, 99u, 100u, 101u, 200u, 1000u);
  Stage stage({.family = AnyFamily(), .worker = {.reactor = {.bulk_bytes_max = 100}}});
  stage.Serve<Raw>();
  Peer peer(stage.address());
  const std::string bytes = Pattern(size);
  peer.Send(bytes);
  peer.Finish();
  REQUIRE(stage.Until([&] { return peer.Pull().size() >= size && peer.over(); }));
  CHECK(peer.Pull() == bytes);
  CHECK(stage.script.cause() == CloseCause::kEndOfStream);
}

TEST_CASE("a service may answer after the peer's end, and close then") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  Connection* waiting = nullptr;
  stage.script.on_frame = [&](Connection& peer, std::string_view) { waiting = &peer; };
  stage.script.on_end = [](Connection&) {};
  Peer peer(stage.address());
  peer.Send(Frame("question"));
  peer.Finish();
  REQUIRE(stage.Until([&] { return stage.script.ends == 1; }));
  stage.Settle();
  CHECK(waiting->Send("answer") == SendResult::kAccepted);
  waiting->Close();
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("answer") && peer.ended(); }));
  CHECK(stage.script.cause() == CloseCause::kEndOfStream);
}

TEST_CASE("a reset in mid-frame is told as a reset and the partial frame is not delivered") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  peer.Send(std::string_view(Frame("never finished")).substr(0, 7));
  REQUIRE(stage.Until([&] { return stage.counters().connection.bytes_received == 7; }));
  peer.Reset();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kReset);
  CHECK(stage.script.closes.front().error == Error::kConnectionReset);
  CHECK(stage.script.frame_count == 0);
  CHECK(stage.script.ends == 0);
}

TEST_CASE("an end in mid-frame is counted and the partial frame is not delivered") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  peer.Send(std::string_view(Frame("never finished")).substr(0, 7));
  peer.Close();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kEndOfStream);
  CHECK(stage.counters().connection.truncated_frames == 1);
  CHECK(stage.script.frame_count == 0);
}

TEST_CASE("a peer that reset before it was accepted opens and closes in pairs") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  {
    Peer gone(stage.address());
    gone.Reset();
  }
  Peer peer(stage.address());
  peer.Send(Frame("still there"));
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("still there"); }));
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.opens == 2);
  CHECK(stage.script.cause() == CloseCause::kReset);
}

TEST_CASE("a reset that the writer meets first is told as a reset, not as an end") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  Connection* connection = nullptr;
  stage.script.on_open = [&](Connection& peer) { connection = &peer; };
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return connection != nullptr; }));
  stage.Settle();
  // The turn that writes comes in the same round as the event: the order is the connection's.
  connection->HoldReading();
  connection->Send("into the void");
  peer.Reset();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kReset);
  CHECK(stage.script.ends == 0);
}

TEST_CASE("sending to a peer that has closed ends in a reset, and is not an abort of the process") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  stage.script.on_end = [](Connection&) {};
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  peer.Close();
  REQUIRE(stage.Until([&] { return stage.script.ends == 1; }));
  REQUIRE(stage.Until([&] {
    if (stage.open_connections() == 1) stage.newest()->Send("anybody?");
    return stage.script.closes.size() == 1;
  }));
  CHECK(stage.script.cause() == CloseCause::kReset);
}

TEST_CASE("a reset during the farewell ends it") {
  Stage stage;
  stage.Serve<Lines>();
  stage.script.on_frame = [](Connection& peer, std::string_view) { peer.Close(); };
  Peer peer(stage.address());
  peer.Send("bye\n");
  REQUIRE(stage.Until([&] { return peer.Pull().empty() && peer.ended(); }));
  peer.Reset();
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  CHECK(stage.script.cause() == CloseCause::kReset);
}

TEST_CASE("after Close nothing is sent and no frame is delivered any more") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  std::vector<SendResult> late;
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    peer.Send("last words");
    peer.Close();
    peer.Close();
    late.push_back(peer.Send("too late"));
  };
  Peer peer(stage.address());
  peer.Send(Frame("1") + Frame("2") + Frame("3"));
  REQUIRE(
      stage.Until([&] { return peer.Pull().size() >= Frame("last words").size() && peer.over(); }));
  CHECK(peer.Pull() == Frame("last words"));
  CHECK(late == std::vector<SendResult>{SendResult::kClosed});
  CHECK(stage.script.frame_count == 1);
}

TEST_CASE("an abort ends at once and says so") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  stage.script.on_frame = [](Connection& peer, std::string_view) {
    peer.Abort({.cause = CloseCause::kRefused, .detail = "out of hours"});
  };
  Peer peer(stage.address());
  peer.Send(Frame("1") + Frame("2"));
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kRefused);
  CHECK(stage.script.closes.front().detail == std::string("out of hours"));
  CHECK(stage.script.frame_count == 1);
}

}  // namespace edgewise::handlers_test
