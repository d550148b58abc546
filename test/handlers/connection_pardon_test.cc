// Deadlines that are not held against the peer: what came in time is unread, or the loop was late.
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

bool HasReceived(Stage& stage, std::uint64_t bytes) {
  return stage.Until([&] { return stage.counters().connection.bytes_received == bytes; });
}

}  // namespace

TEST_CASE("a leap of the clock does not disconnect those whose input is waiting") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  std::deque<Peer> peers;
  for (int i = 0; i < 50; ++i) peers.emplace_back(stage.address());
  stage.AwaitOpens(50);
  // Half a frame each: the frame's deadline is in charge, then the idle timeout.
  const bool in_frame = GENERATE(false, true);
  const std::string frame = Frame("I was here all the time");
  const std::size_t first = in_frame ? 9 : 0;
  for (Peer& peer : peers) peer.Send(std::string_view(frame).substr(0, first));
  REQUIRE(HasReceived(stage, 50 * first));
  // The machine stands still for a day; the peers, which do not, have sent more. Events in batches
  // of one: the timers are due before any of the input has been fetched.
  stage.kernel.Limit(Call::kEpollWait, 1, {.first = 1, .count = 60});
  stage.kernel.Advance(std::chrono::hours(24));
  for (Peer& peer : peers) peer.Send(std::string_view(frame).substr(first));
  REQUIRE(stage.Until([&] {
    bool all = true;
    for (Peer& peer : peers) all = peer.Pull() == frame && all;
    return all || !stage.script.closes.empty();
  }));
  CHECK(stage.script.closes.empty());
  CHECK(stage.counters().connection.stall_pardons > 0);
}

TEST_CASE("a leap of the clock disconnects those who had nothing to say") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  stage.AwaitOpens();
  stage.Pass(std::chrono::hours(24));
  REQUIRE(stage.Until([&] { return peer.Pull().empty() && peer.ended(); }));
}

TEST_CASE("input that came just in time counts, although timers run before upcalls") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  stage.AwaitOpens();
  const bool in_frame = GENERATE(false, true);
  const std::string frame = Frame("in time");
  const std::size_t first = in_frame ? 5 : 0;
  peer.Send(std::string_view(frame).substr(0, first));
  REQUIRE(HasReceived(stage, first));
  stage.Pass(seconds(in_frame ? 30 : 75) - milliseconds(1));
  REQUIRE(stage.script.closes.empty());
  peer.Send(std::string_view(frame).substr(first));
  stage.kernel.Advance(milliseconds(2));
  REQUIRE(stage.Until(
      [&] { return peer.Pull().size() == frame.size() || stage.script.closes.size(); }));
  CHECK(peer.Pull() == frame);
  CHECK(stage.script.closes.empty());
  CHECK(stage.counters().connection.stall_pardons == 1);
}

TEST_CASE("who trickles is pardoned once, whatever else has come by then") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  stage.AwaitOpens();
  peer.Send(std::string_view(Frame("by the byte")).substr(0, 5));
  REQUIRE(HasReceived(stage, 5));
  stage.kernel.Advance(seconds(30));
  peer.Send("b");
  REQUIRE(HasReceived(stage, 6));
  stage.Pass(milliseconds(499));
  REQUIRE(stage.script.closes.empty());
  stage.kernel.Advance(milliseconds(1));
  peer.Send("y");
  REQUIRE(stage.Until([&] { return !stage.script.closes.empty(); }));
  CHECK(stage.script.cause() == CloseCause::kFrameTimeout);
}

TEST_CASE("an end that came within the linger timeout counts, although timers run first") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  stage.script.on_frame = [](Connection& peer, std::string_view) { peer.Close(); };
  Peer peer(stage.address());
  peer.Send(Frame("bye"));
  REQUIRE(stage.UntilEnded(peer));
  peer.Finish();
  stage.kernel.Advance(GENERATE(seconds(2), seconds(60)));
  REQUIRE(stage.Until([&] { return !stage.script.closes.empty(); }));
  CHECK(stage.script.cause() == CloseCause::kLocal);
}

TEST_CASE("a reader that took all that it was sent is not cut off for a loop that was stopped") {
  StageOptions options{.send_buffer = 16 * 1024};
  options.family = GENERATE(AddressFamily::kIpv4, AddressFamily::kUnix);
  Stage stage(options);
  // As of a kernel that has told already that all of it was taken.
  stage.kernel.Fail(Call::kUnacknowledgedBytes, Error::kInvalid, FaultyKernel::kAlways);
  stage.kernel.StopClock();
  stage.Serve<Raw>();
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  stage.AwaitOpens();
  const std::string sent = Pattern(1'000'000);
  stage.newest()->Write(sent);
  stage.Settle();
  stage.Pass(milliseconds(7500));
  peer.Pull();
  stage.kernel.Advance(std::chrono::hours(24));
  REQUIRE(stage.Until(
      [&] { return peer.Pull().size() == sent.size() || !stage.script.closes.empty(); }));
  CHECK((peer.Pull() == sent));
  CHECK(stage.counters().connection.stall_pardons == 1);
}

TEST_CASE("a deadline begins when its input is read, not when the round began") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  stage.script.on_frame = [&](Connection& peer, std::string_view frame) {
    // An upcall that takes longer than any deadline.
    if (frame == "stop") stage.kernel.Advance(seconds(100));
    peer.Send(frame);
  };
  Peer other(stage.address());
  Peer peer(stage.address());
  stage.AwaitOpens(2);
  // A timer is due, so the clock is read before the upcalls.
  stage.kernel.Advance(seconds(19));
  const std::string frame = Frame("two halves");
  other.Send(Frame("stop"));
  peer.Send(std::string_view(frame).substr(0, 5));
  REQUIRE(HasReceived(stage, Frame("stop").size() + 5));
  stage.Rounds(3);
  CHECK(stage.script.closes.empty());
  peer.Send(std::string_view(frame).substr(5));
  REQUIRE(stage.Until([&] { return peer.Pull() == frame || !stage.script.closes.empty(); }));
  CHECK(peer.Pull() == frame);
}

TEST_CASE("lingering begins with our end, not when the round began") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  stage.script.on_frame = [&](Connection& peer, std::string_view frame) {
    stage.kernel.Advance(seconds(100));
    peer.Send(frame);
    peer.Close();
  };
  Peer peer(stage.address());
  stage.AwaitOpens();
  // A timer is due, so the clock is read before the upcall.
  stage.kernel.Advance(seconds(19));
  peer.Send(Frame("stop"));
  REQUIRE(stage.UntilEnded(peer));
  stage.Rounds(3);
  stage.Pass(milliseconds(1999));
  CHECK(stage.script.closes.empty());
  peer.Finish();
  REQUIRE(stage.Until([&] { return !stage.script.closes.empty(); }));
  CHECK(stage.script.cause() == CloseCause::kLocal);
}

}  // namespace edgewise::handlers_test
