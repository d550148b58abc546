// Timeouts, on a clock that only the test moves.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <deque>
#include <string>

#include "handlers/connection_context.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

StageOptions Timed(ConnectionOptions connection = {}) {
  // Input comes in pieces as small as the test sends them.
  return {.connection = connection, .send_buffer = 16 * 1024};
}

}  // namespace

TEST_CASE("an idle connection is closed when its time is over, not before") {
  Stage stage(Timed());
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  stage.AwaitOpens();
  stage.Pass(seconds(74));
  CHECK_FALSE(peer.Pump().size() != 0);
  CHECK_FALSE(peer.over());
  stage.Pass(milliseconds(1001));
  REQUIRE(stage.Until([&] { return peer.Pull().empty() && peer.ended(); }));
  peer.Close();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kIdleTimeout);
}

TEST_CASE("activity in either direction puts the idle timeout off") {
  Stage stage(Timed());
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  stage.AwaitOpens();
  for (int i = 0; i < 10; ++i) {
    stage.Pass(seconds(50));
    peer.Forget();
    if (i % 2 == 0) {
      peer.Send(Frame("here"));
    } else {
      stage.newest()->Send("here");
    }
    REQUIRE(stage.Until([&] { return peer.Pull() == Frame("here"); }));
  }
  // Four looks within the timeout; what happened last is noticed at the first of them.
  for (int look = 0; look < 4; ++look) {
    CHECK(stage.script.closes.empty());
    CHECK_FALSE(peer.ended());
    stage.Pass(milliseconds(18'750));
  }
  stage.Pass(milliseconds(18'750));
  REQUIRE(stage.Until([&] { return peer.Pull().size() != 0 && peer.ended(); }));
}

TEST_CASE("a request that trickles in is cut off at the frame's deadline all the same") {
  Stage stage(Timed());
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  stage.AwaitOpens();
  const std::string frame = Frame("slow but never silent for as long as it takes to be cut off");
  for (int i = 0; i < 29; ++i) {
    peer.Send(std::string_view(frame).substr(i, 1));
    const auto received = static_cast<std::uint64_t>(i) + 1;
    REQUIRE(stage.Until([&] { return stage.counters().connection.bytes_received == received; }));
    stage.Pass(seconds(1));
    REQUIRE(stage.script.closes.empty());
  }
  stage.Pass(milliseconds(1001));
  CHECK(stage.script.cause() == CloseCause::kFrameTimeout);
  CHECK(stage.script.frame_count == 0);
}

TEST_CASE("each frame has a deadline of its own") {
  Stage stage(Timed());
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  stage.AwaitOpens();
  const std::string frame = Frame("steady");
  peer.Send(std::string_view(frame).substr(0, 2));
  std::uint64_t received = 2;
  for (int i = 0; i < 20; ++i) {
    // The end of one frame and the beginning of the next, 20 s later.
    REQUIRE(stage.Until([&] { return stage.counters().connection.bytes_received == received; }));
    stage.Pass(seconds(20));
    peer.Send(std::string(std::string_view(frame).substr(2)) + frame.substr(0, 2));
    received += frame.size();
  }
  REQUIRE(stage.Until([&] { return stage.script.frame_count == 20; }));
  CHECK(stage.script.closes.empty());
}

TEST_CASE("a held connection has no deadline, and gets a whole one with its release") {
  // Whatever else might wake the timer: with an idle timeout and without one.
  const Duration idle = GENERATE(Duration(seconds(75)), Duration(seconds(1000)), kForever);
  Stage stage(Timed({.idle_timeout = idle}));
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  stage.AwaitOpens();
  peer.Send("\x01\x01");
  REQUIRE(stage.Until([&] { return stage.counters().connection.bytes_received == 2; }));
  stage.newest()->HoldReading();
  for (int i = 0; i < 5; ++i) stage.Pass(seconds(31));
  CHECK(stage.script.closes.empty());
  stage.newest()->ReleaseReading();
  stage.Round();
  stage.Pass(seconds(29));
  CHECK(stage.script.closes.empty());
  stage.Pass(seconds(2));
  CHECK(stage.script.cause() == CloseCause::kFrameTimeout);
}

TEST_CASE("idle is enforced also after a time when another timeout that is off was in charge") {
  Stage stage(
      Timed({.idle_timeout = seconds(10), .frame_timeout = kForever, .write_timeout = kForever}));
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  stage.AwaitOpens();
  const bool writing = GENERATE(false, true);
  const std::string large = Pattern(1'000'000);
  if (writing) {
    stage.newest()->Send(large);
  } else {
    peer.Send(std::string_view(Frame("later")).substr(0, 5));
  }
  stage.Settle();
  for (int i = 0; i < 5; ++i) stage.Pass(seconds(11));
  REQUIRE(stage.script.closes.empty());
  if (writing) {
    REQUIRE(stage.Until([&] { return peer.Pull().size() == Frame(large).size(); }));
  } else {
    peer.Send("ater");
    REQUIRE(stage.Until([&] { return peer.Pull() == Frame("later"); }));
  }
  for (int i = 0; i < 3; ++i) stage.Pass(seconds(11));
  REQUIRE(stage.Until([&] { return peer.Pull().size() != 0 && peer.ended(); }));
}

TEST_CASE("a reader that takes nothing is cut off at the write timeout") {
  StageOptions options = Timed();
  options.family = GENERATE(AddressFamily::kIpv4, AddressFamily::kUnix);
  Stage stage(options);
  stage.kernel.StopClock();
  stage.Serve<Raw>();
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  stage.AwaitOpens();
  stage.newest()->Send(Pattern(1'000'000));
  stage.Settle();
  CHECK(stage.newest()->pending_output() != 0);
  for (int i = 0; i < 29; ++i) stage.Pass(seconds(1));
  CHECK(stage.script.closes.empty());
  // The looks are a quarter of the timeout apart. And where this runs slowly, the last bytes that
  // the peer's kernel has room for may be acknowledged only now, which is progress.
  for (int i = 0; i < 16 + 45 && stage.script.closes.empty(); ++i) stage.Pass(seconds(1));
  CHECK(stage.script.cause() == CloseCause::kWriteTimeout);
  CHECK(BreaksOff(stage, peer));
}

TEST_CASE("a reader that takes a little now and then is not cut off") {
  StageOptions options = Timed();
  options.family = GENERATE(AddressFamily::kIpv4, AddressFamily::kUnix);
  options.send_buffer = 1 << 20;
  Stage stage(options);
  stage.kernel.StopClock();
  stage.Serve<Raw>();
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  stage.AwaitOpens();
  const std::string sent = Pattern(4'000'000);
  stage.newest()->Write(sent);
  stage.Settle();
  const std::size_t pending = stage.newest()->pending_output();
  CHECK(pending > 1'000'000);
  for (int i = 0; i < 8; ++i) {
    // What opens a window of 16 KiB a little, and is far from what gives the sender's socket room.
    peer.Pull(40'000);
    stage.Settle();
    const bool is_path = options.family == AddressFamily::kUnix;
    CHECK((is_path || stage.newest()->pending_output() == pending));
    for (int j = 0; j < 5; ++j) stage.Pass(seconds(5));
    REQUIRE(stage.script.closes.empty());
  }
  REQUIRE(stage.Until([&] { return peer.Pull().size() == sent.size(); }));
  CHECK((peer.Pull() == sent));
}

TEST_CASE("our end without the peer's is cut off at the linger timeout") {
  Stage stage(Timed());
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  stage.script.on_frame = [](Connection& peer, std::string_view) { peer.Close(); };
  Peer peer(stage.address());
  peer.Send(Frame("bye"));
  REQUIRE(stage.Until([&] { return peer.Pull().empty() && peer.ended(); }));
  stage.Pass(milliseconds(1999));
  CHECK(stage.script.closes.empty());
  stage.Pass(milliseconds(2));
  CHECK(stage.script.cause() == CloseCause::kLingerTimeout);
}

TEST_CASE("connections time out in the order of their deadlines, however late the timers are") {
  Stage stage(Timed());
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  std::vector<std::uint32_t> order;
  stage.script.on_close = [&](Connection& peer, const CloseReason&) {
    order.push_back(peer.ref().generation);
  };
  std::deque<Peer> peers;
  for (std::size_t i = 0; i < 20; ++i) {
    peers.emplace_back(stage.address()).Send("\x01");
    REQUIRE(stage.Until([&] { return stage.counters().connection.bytes_received == i + 1; }));
    stage.Pass(milliseconds(10));
  }
  stage.Pass(seconds(40));
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 20; }));
  CHECK(std::is_sorted(order.begin(), order.end()));
  for (const CloseReason& reason : stage.script.closes) {
    CHECK(reason.cause == CloseCause::kFrameTimeout);
  }
}

}  // namespace edgewise::handlers_test
