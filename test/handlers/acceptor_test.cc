// Accepting goes on, whatever accept answers: never deaf, never spinning.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <deque>
#include <stdexcept>
#include <string>

#include "test/handlers/peer.h"
#include "test/handlers/stage.h"
#include "test/kernel/raw.h"

namespace edgewise::handlers_test {
namespace {

using std::chrono::milliseconds;

// Everything that is waiting now has been taken, and the acceptor has drained its queue.
void Settled(Stage& stage, std::size_t opens) {
  REQUIRE(stage.Until([&] { return stage.script.opens == opens; }));
  stage.Settle();
}

std::size_t CountOver(std::deque<Peer>& peers) {
  std::size_t over = 0;
  for (Peer& peer : peers) {
    peer.Pull();
    if (peer.over()) ++over;
  }
  return over;
}

// The lowest number that no descriptor has.
std::size_t LowestFree() {
  LinuxKernel& kernel = LinuxKernel::Instance();
  const Handle handle = kernel.OpenPlaceholder().handle();
  kernel.Close(handle);
  return static_cast<std::size_t>(handle);
}

}  // namespace

TEST_CASE("the verdict on each error of accept") {
  using Verdict = AcceptVerdict;
  CHECK(JudgeAcceptError(Error::kWouldBlock) == Verdict::kDrained);
  for (const Error error :
       {Error::kInterrupted, Error::kConnectionAborted, Error::kProtocol, Error::kNetworkDown,
        Error::kNoProtocolOption, Error::kHostDown, Error::kNoNetwork, Error::kHostUnreachable,
        Error::kNotSupported, Error::kNetworkUnreachable, Error::kNotPermitted, Error::kTimedOut}) {
    CHECK(JudgeAcceptError(error) == Verdict::kNext);
  }
  CHECK(JudgeAcceptError(Error::kProcessLimit) == Verdict::kProcessLimit);
  for (const Error error : {Error::kSystemLimit, Error::kNoBuffers, Error::kNoMemory}) {
    CHECK(JudgeAcceptError(error) == Verdict::kBackOff);
  }
  // Neither deaf nor spinning on what nobody has thought of.
  CHECK(JudgeAcceptError(Error::kInvalid) == Verdict::kBackOff);
  CHECK(JudgeAcceptError(static_cast<Error>(9999)) == Verdict::kBackOff);
}

TEST_CASE("an error of one peer on accept is skipped and the next peer is served") {
  const Error error =
      GENERATE(Error::kConnectionAborted, Error::kProtocol, Error::kNetworkDown, Error::kHostDown,
               Error::kNoNetwork, Error::kHostUnreachable, Error::kNotSupported,
               Error::kNetworkUnreachable, Error::kNotPermitted, Error::kNoProtocolOption);
  Stage stage;
  stage.kernel.StopClock();  // no timer helps
  stage.Serve<LengthPrefixed>();
  stage.kernel.Fail(Call::kAccept, error, {.first = 1, .count = 5});
  Peer peer(stage.address());
  peer.Send(Frame("hello"));
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("hello"); }));
  CHECK(stage.counters().accept.peer_errors == 5);
  CHECK(stage.counters().accept.back_offs == 0);
}

TEST_CASE("a machine that is short of memory is given time, longer each time up to a second") {
  const Error error = GENERATE(Error::kSystemLimit, Error::kNoBuffers, Error::kNoMemory);
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  stage.kernel.Fail(Call::kAccept, error, FaultyKernel::kAlways);
  Peer peer(stage.address());
  peer.Send(Frame("hello"));
  REQUIRE(stage.Until([&] { return stage.kernel.calls(Call::kAccept) == 1; }));
  Duration wait = milliseconds(10);
  for (std::uint64_t tries = 1; tries < 12; ++tries) {
    stage.Rounds(3);
    stage.Pass(wait - Duration(1));
    CHECK(stage.kernel.calls(Call::kAccept) == tries);
    // Up to a quarter of jitter.
    stage.Pass(wait / 4 + Duration(1));
    CHECK(stage.kernel.calls(Call::kAccept) == tries + 1);
    wait = std::min<Duration>(wait * 2, milliseconds(1000));
  }
  CHECK(stage.counters().accept.back_offs == 12);
  stage.kernel.Heal();
  stage.Pass(milliseconds(1250));
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("hello"); }));
  // And the next time it begins with the short wait again.
  stage.kernel.Fail(Call::kAccept, error);
  Peer next(stage.address());
  next.Send(Frame("hello"));
  REQUIRE(stage.Until([&] { return stage.counters().accept.back_offs == 13; }));
  stage.Pass(milliseconds(13));
  REQUIRE(stage.Until([&] { return next.Pull() == Frame("hello"); }));
}

TEST_CASE("at the descriptor limit the reserve sheds a bounded number of peers in a turn") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer in_flight(stage.address());
  Settled(stage, 1);
  std::deque<Peer> peers;
  for (int i = 0; i < 40; ++i) peers.emplace_back(stage.address());
  {
    const kernel_test::raw::DescriptorLimit limit(LinuxKernel::Instance(), LowestFree());
    REQUIRE(stage.Until([&] { return stage.counters().accept.process_limits == 1; }));
    CHECK(stage.counters().accept.shed == 16);
    REQUIRE(stage.Until([&] { return CountOver(peers) == 16; }));
    // Paused: no further try before the time has come, and others are served meanwhile.
    const std::uint64_t tries = stage.kernel.calls(Call::kAccept);
    in_flight.Send(Frame("unaffected"));
    REQUIRE(stage.Until([&] { return in_flight.Pull() == Frame("unaffected"); }));
    stage.Rounds(10);
    CHECK(stage.kernel.calls(Call::kAccept) == tries);
    stage.Pass(milliseconds(50));
    CHECK(stage.counters().accept.shed == 32);
  }
  // Descriptors are free again, and no edge tells.
  stage.Pass(milliseconds(50));
  Settled(stage, 1 + 8);
  CHECK(CountOver(peers) == 32);
  CHECK(stage.script.closes.empty());
}

TEST_CASE("without descriptors and without a reserve nothing spins, and accepting recovers") {
  Stage stage;
  stage.kernel.StopClock();
  stage.kernel.Fail(Call::kOpenPlaceholder, Error::kProcessLimit, FaultyKernel::kAlways);
  stage.kernel.Fail(Call::kAccept, Error::kProcessLimit, FaultyKernel::kAlways);
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  peer.Send(Frame("hello"));
  REQUIRE(stage.Until([&] { return stage.counters().accept.process_limits == 1; }));
  stage.Rounds(20);
  CHECK(stage.kernel.calls(Call::kAccept) == 1);
  stage.kernel.Heal();
  stage.Pass(milliseconds(50));
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("hello"); }));
  CHECK(stage.counters().accept.shed == 0);
}

TEST_CASE("the reserve that was lost while shedding is taken again later") {
  Stage stage;
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  // Somebody else takes the number that the reserve had given up.
  stage.kernel.Fail(Call::kAccept, Error::kProcessLimit, {.first = 1, .count = 2});
  stage.kernel.Fail(Call::kOpenPlaceholder, Error::kProcessLimit, {.first = 1, .count = 1});
  Peer peer(stage.address());
  peer.Send(Frame("hello"));
  REQUIRE(stage.Until([&] { return stage.counters().accept.process_limits == 2; }));
  CHECK(stage.counters().accept.shed == 0);
  const std::size_t open = stage.kernel.open_handles();
  stage.Pass(milliseconds(50));
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("hello"); }));
  CHECK(stage.kernel.open_handles() == open + 2);  // the connection and the reserve
}

TEST_CASE("an accept storm leaves others their turn, and nobody is stranded") {
  Stage stage({.worker = {.acceptor = {.accepts_max = 8}}});
  stage.Serve<LengthPrefixed>();
  Peer resident(stage.address());
  Settled(stage, 1);
  std::deque<Peer> storm;
  for (int i = 0; i < 100; ++i) storm.emplace_back(stage.address());
  resident.Send(Frame("me too"));
  std::size_t opens = stage.script.opens;
  std::size_t at_answer = 0;
  REQUIRE(stage.Until([&] {
    CHECK(stage.script.opens - opens <= 8);
    opens = stage.script.opens;
    if (at_answer == 0 && resident.Pull() == Frame("me too")) at_answer = opens;
    return opens == 101;
  }));
  CHECK(at_answer != 0);
  CHECK(at_answer <= 1 + 4 * 8);
  CHECK(stage.counters().accept.budget_spent > 0);
}

TEST_CASE("at the limit of connections peers wait in the queue until somebody leaves") {
  Stage stage({.connections_max = 2});
  stage.kernel.StopClock();
  stage.Serve<LengthPrefixed>();
  Peer first(stage.address());
  Peer second(stage.address());
  Settled(stage, 2);
  Peer third(stage.address());
  third.Send(Frame("patience"));
  REQUIRE(stage.Until([&] { return stage.counters().accept.pauses == 1; }));
  stage.Rounds(10);
  CHECK(stage.counters().accept.pauses == 1);
  CHECK_FALSE(third.over());
  first.Close();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  stage.Pass(milliseconds(50));
  REQUIRE(stage.Until([&] { return third.Pull() == Frame("patience"); }));
}

TEST_CASE("one address gets its share of connections, and others theirs") {
  Stage stage({.per_address_max = 3});
  stage.Serve<LengthPrefixed>();
  std::deque<Peer> peers;
  for (int i = 0; i < 5; ++i) peers.emplace_back(stage.address());
  REQUIRE(stage.Until([&] { return CountOver(peers) == 2; }));
  CHECK(stage.counters().accept.refused == 2);
  CHECK(stage.open_connections() == 3);
  peers.clear();
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  Peer again(stage.address());
  again.Send(Frame("hello"));
  REQUIRE(stage.Until([&] { return again.Pull() == Frame("hello"); }));
}

TEST_CASE("a service that cannot be constructed refuses that peer alone") {
  class Fussy : public FrameHandler {
   public:
    explicit Fussy(int* made) {
      if (++*made == 1) throw std::runtime_error("not today");
    }
    void OnFrame(Connection& peer, std::string_view frame) override { peer.Send(frame); }
  };
  Stage stage;
  int made = 0;
  const SocketAddress address = stage.ServeMade(MakerOf<LengthPrefixed, Fussy>({}, &made));
  Peer refused(address);
  REQUIRE(stage.Until([&] { return refused.Pull().empty() && refused.over(); }));
  CHECK(stage.counters().connection.construction_failures == 1);
  Peer peer(address);
  peer.Send(Frame("hello"));
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("hello"); }));
}

TEST_CASE("accepted connections send small answers at once, over IPv6 too") {
  Stage stage({.family = GENERATE(AddressFamily::kIpv4, AddressFamily::kIpv6)});
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  Settled(stage, 1);
  const Handle handle = stage.newest()->handle();
  CHECK(kernel_test::raw::OptionValue(handle, SocketOption::kNoDelay) != 0);
  CHECK(kernel_test::raw::IsCloseOnExec(handle));
  CHECK(stage.newest()->peer().family() == stage.address().family());
}

}  // namespace edgewise::handlers_test
