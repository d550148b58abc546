// Calls of the system that fail in mid-life, and calls of ours that come too late.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <string>

#include "handlers/connection_context.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

Connection& Opened(Stage& stage) {
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  stage.Settle();
  return *stage.newest();
}

}  // namespace

TEST_CASE("a reset that a large answer meets is told to who sends it, and to OnClose") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  SendResult large = SendResult::kAccepted;
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    CHECK(peer.Send("small") == SendResult::kAccepted);
    large = peer.Send(Pattern(2 * Workspace::kStagingBytes));
  };
  Peer peer(stage.address());
  Opened(stage);
  stage.kernel.Fail(Call::kSendGathered, Error::kConnectionReset);
  peer.Send(Frame("go"));
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(large == SendResult::kClosed);
  CHECK(stage.script.closes.front().error == Error::kConnectionReset);
}

TEST_CASE("a shutdown that is refused ends the connection: the peer cannot be told in order") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  Connection& connection = Opened(stage);
  stage.kernel.Fail(Call::kShutdown, Error::kNotConnected);
  connection.Close();
  stage.Settle();
  REQUIRE(stage.script.closes.size() == 1);
  CHECK(stage.script.closes.front().cause == CloseCause::kReset);
  CHECK(stage.script.closes.front().error == Error::kNotConnected);
}

TEST_CASE("an error bit without an error, while nothing is of interest, ends nothing") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  Connection& connection = Opened(stage);
  connection.HoldReading();
  const std::uint64_t asked = stage.kernel.calls(Call::kTakeSocketError);
  stage.reactor().MarkReady(connection, kBroken);
  stage.Rounds(3);
  CHECK(stage.kernel.calls(Call::kTakeSocketError) == asked + 1);
  CHECK(stage.script.closes.empty());
  connection.ReleaseReading();
  peer.Send(Frame("still here"));
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("still here"); }));
}

TEST_CASE("a peer's progress that cannot be asked for is none: the write timeout comes") {
  Stage stage({.connection = {.write_timeout = seconds(30)}, .send_buffer = 16 * 1024});
  stage.kernel.StopClock();
  stage.Serve<Raw>();
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  Opened(stage).Send(Pattern(1'000'000));
  stage.Settle();
  stage.kernel.Fail(Call::kUnacknowledgedBytes, Error::kNotSupported, FaultyKernel::kAlways);
  for (int i = 0; i < 100 && stage.script.closes.empty(); ++i) stage.Pass(seconds(1));
  CHECK(stage.script.cause() == CloseCause::kWriteTimeout);
}

TEST_CASE("without a linger timeout a peer may take any time to finish") {
  Stage stage({.connection = {.idle_timeout = seconds(10), .linger_timeout = kForever}});
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  Opened(stage).Close();
  REQUIRE(stage.Until([&] { return peer.Pull().empty() && peer.ended(); }));
  for (int i = 0; i < 24; ++i) stage.Pass(hours(1));
  CHECK(stage.script.closes.empty());
  peer.Close();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kLocal);
}

TEST_CASE("interrupted receives of what comes after our end have no visible effect") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  Opened(stage).Close();
  REQUIRE(stage.Until([&] { return peer.Pull().empty() && peer.ended(); }));
  stage.kernel.Fail(Call::kReceive, Error::kInterrupted, {.first = 1, .count = 3});
  peer.Send(Frame("too late"));
  peer.Finish();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.kernel.faults() == 3);
  CHECK(stage.counters().connection.bytes_discarded == Frame("too late").size());
  CHECK(stage.script.cause() == CloseCause::kLocal);
}

TEST_CASE("a peer that ends while our answers still leave gets them all") {
  Stage stage({.send_buffer = 16 * 1024});
  stage.Serve<Raw>();
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  Connection& connection = Opened(stage);
  const std::string answer = Pattern(1'000'000);
  connection.Write(answer);
  connection.Close();
  peer.Finish();
  // The end is found, and discarded input with it, long before the answer has left.
  stage.Settle();
  CHECK(stage.script.closes.empty());
  REQUIRE(stage.UntilEnded(peer));
  CHECK((peer.Pull() == answer));
}

TEST_CASE("who aborts in OnEnd, or was told of its end twice, is closed once") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  stage.script.on_end = [](Connection& peer) { peer.Abort({.cause = CloseCause::kAbandoned}); };
  Peer peer(stage.address());
  Opened(stage);
  peer.Finish();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kAbandoned);
}

TEST_CASE("holds, wishes and ends that come after the end are nothing") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  const bool aborted = GENERATE(false, true);
  stage.script.on_close = [](Connection& peer, const CloseReason&) {
    peer.HoldReading();
    peer.ReleaseReading();
    peer.AskForDrained();
    peer.Finish();
    peer.Close();
    peer.Abort({.cause = CloseCause::kOverflow});
    peer.AccountFor(1000);
  };
  Peer peer(stage.address());
  Connection& connection = Opened(stage);
  const BufferGauge& gauge = connection.context().workspace.gauge();
  if (aborted) {
    connection.Abort({.cause = CloseCause::kAbandoned});
  } else {
    connection.Close();
    connection.AskForDrained();
    connection.HoldReading();
    connection.Finish();
    connection.Refuse({.cause = CloseCause::kOverflow});
  }
  CHECK(connection.holds() == 0);
  REQUIRE(stage.UntilOver(peer));
  peer.Close();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == (aborted ? CloseCause::kAbandoned : CloseCause::kLocal));
  CHECK(stage.script.finishes == 0);
  CHECK(stage.counters().connection.overflows == 0);
  CHECK(gauge.bytes() == 0);
}

TEST_CASE("a stop that is told twice is heard once, and its patience is the first one's") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  Connection& connection = Opened(stage);
  connection.HoldReading();
  stage.worker().Drain(seconds(10));
  stage.worker().Drain(seconds(1));
  connection.Finish();
  stage.Pass(seconds(9));
  CHECK(stage.script.finishes == 1);
  CHECK(stage.script.closes.empty());
  stage.Pass(seconds(2));
  CHECK(stage.script.cause() == CloseCause::kShutdownTimeout);
}

}  // namespace edgewise::handlers_test
