// Every method may be called from every callback, for this connection and for others.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "handlers/connection_context.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

AddressFamily AnyFamily() { return GENERATE(AddressFamily::kIpv4, AddressFamily::kUnix); }

}  // namespace

TEST_CASE("a callback may close its connection while its frame stands in the input buffer") {
  // Large enough to be received behind what the connection keeps in its own buffer.
  const std::size_t size = GENERATE(10u, 9000u, 400000u);
  const bool abort = GENERATE(false, true);
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  const std::string payload = Pattern(size);
  bool intact = false;
  stage.script.on_frame = [&](Connection& peer, std::string_view frame) {
    if (abort) {
      peer.Abort({.cause = CloseCause::kLocal});
    } else {
      peer.Close();
    }
    intact = frame == payload;
  };
  Peer peer(stage.address());
  const std::string stream = Frame(payload) + Frame(payload);
  peer.Send(std::string_view(stream).substr(0, size / 2 + 4));
  REQUIRE(stage.Until([&] { return stage.counters().connection.bytes_received >= size / 2 + 4; }));
  peer.Send(std::string_view(stream).substr(size / 2 + 4));
  REQUIRE(stage.Until([&] {
    peer.Pump();
    if (peer.ended()) peer.Close();
    return stage.script.closes.size() == 1;
  }));
  CHECK(intact);
  CHECK(stage.script.frame_count == 1);
}

TEST_CASE("an exception in a callback closes that connection and no other") {
  const int where = GENERATE(0, 1, 2, 3, 4);
  CAPTURE(where);
  Script troubled;
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  const SocketAddress trouble = stage.ServeWith(LengthPrefixed(), &troubled);
  const auto fail = [](Connection&) { throw std::runtime_error("trouble"); };
  if (where == 0) troubled.on_open = fail;
  if (where == 1) troubled.on_frame = [&](Connection& peer, std::string_view) { fail(peer); };
  if (where == 2) troubled.on_end = fail;
  if (where == 3) troubled.on_drained = fail;
  if (where == 4) troubled.on_close = [&](Connection& peer, const CloseReason&) { fail(peer); };
  if (where == 3) troubled.on_open = [](Connection& peer) { peer.Send("to be drained"); };
  Peer bystander(stage.address());
  Peer victim(trouble);
  victim.Send(Frame("request"));
  if (where == 2 || where == 4) victim.Finish();
  REQUIRE(stage.Until([&] { return troubled.closes.size() == 1; }));
  CHECK(troubled.cause() == (where == 4 ? CloseCause::kEndOfStream : CloseCause::kException));
  bystander.Send(Frame("and me?"));
  REQUIRE(stage.Until([&] { return bystander.Pull() == Frame("and me?"); }));
  CHECK(stage.open_connections() == 1);
  // What leaves OnOpen is caught by the connection, the rest by the reactor, which reports it.
  const std::uint64_t counted =
      stage.reactor().counters().exceptions + stage.counters().connection.construction_failures;
  CHECK(counted == 1);
  if (where == 0) return;
  REQUIRE(stage.kernel.log().size() == 1);
  CHECK(stage.kernel.log().front().find("trouble") != std::string::npos);
}

TEST_CASE("something that is no std::exception closes that connection too") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  stage.script.on_frame = [](Connection&, std::string_view) { throw 42; };
  Peer peer(stage.address());
  peer.Send(Frame("request"));
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kException);
}

TEST_CASE("an upcall that ends another connection of the same batch drops its event, counted") {
  const bool abort = GENERATE(false, true);
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  std::vector<Connection*> open;
  stage.script.on_open = [&](Connection& peer) { open.push_back(&peer); };
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    for (Connection* other : open) {
      if (other == &peer) continue;
      if (abort) {
        other->Abort({.cause = CloseCause::kRefused});
      } else {
        other->Close();
      }
    }
  };
  Peer first(stage.address());
  Peer second(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 2; }));
  stage.Settle();
  first.Send(Frame("me!"));
  second.Send(Frame("no, me!"));
  REQUIRE(stage.Until([&] { return stage.script.frame_count != 0; }));
  stage.Rounds(3);
  // Whoever came first has ended the other before its turn.
  CHECK(stage.script.frame_count == 1);
  if (abort) {
    CHECK(stage.script.cause() == CloseCause::kRefused);
    CHECK(stage.reactor().counters().stale_events_dropped == 1);
    CHECK(stage.open_connections() == 1);
  }
}

TEST_CASE("a connection whose number is taken over at once is another connection") {
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  ConnectionRef before;
  {
    Peer peer(stage.address());
    REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
    before = stage.newest()->ref();
    CHECK(stage.worker().table().Find(before) == stage.newest());
    peer.Close();
    REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  }
  CHECK(stage.worker().table().Find(before) == nullptr);
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 2; }));
  // The kernel gives the lowest free number, which the new client's socket may have taken.
  CHECK(stage.worker().table().Find(before) == nullptr);
  CHECK(stage.worker().table().Find(stage.newest()->ref()) == stage.newest());
  CHECK(stage.newest()->ref().generation != before.generation);
}

TEST_CASE("a reference resolves until the connection is reclaimed, and sending answers closed") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  const ConnectionRef ref = stage.newest()->ref();
  SendResult in_between = SendResult::kAccepted;
  const PostResult posted = stage.reactor().Post([&] {
    Connection* connection = stage.worker().table().Find(ref);
    connection->Abort({.cause = CloseCause::kLocal});
    in_between = stage.worker().table().Find(ref)->Send("to nobody");
  });
  REQUIRE(posted == PostResult::kPosted);
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(in_between == SendResult::kClosed);
  CHECK(stage.worker().table().Find(ref) == nullptr);
}

TEST_CASE("a callback may post tasks, and stop the reactor, and its round is finished first") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  bool task_ran = false;
  stage.script.on_frame = [&](Connection& peer, std::string_view frame) {
    peer.Send(frame);
    REQUIRE(stage.reactor().Post([&] {
      task_ran = true;
      stage.reactor().Stop();
    }) == PostResult::kPosted);
  };
  Peer peer(stage.address());
  peer.Send(Frame("stop"));
  stage.reactor().Run();
  CHECK(task_ran);
  CHECK(peer.Pull() == Frame("stop"));
}

TEST_CASE("closing from OnOpen sends what was said there") {
  const bool says_something = GENERATE(false, true);
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  stage.script.on_open = [&](Connection& peer) {
    if (says_something) peer.Send("we are closed");
    peer.Close();
  };
  Peer peer(stage.address());
  peer.Send(Frame("hello?"));
  REQUIRE(stage.Until([&] { return peer.Pump().size() < 1000 && peer.over(); }));
  CHECK(peer.ended());
  CHECK(peer.Pull() == (says_something ? Frame("we are closed") : ""));
  peer.Close();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.frame_count == 0);
}

TEST_CASE("closing from OnDrained with frames undelivered gives their buffer back") {
  Stage stage({.send_buffer = 16 * 1024});
  stage.Serve(LengthPrefixed({.frame_bytes_max = 2'000'000}));
  const std::string large = Pattern(2'000'000);
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    peer.Send(large);
    peer.HoldReading();
  };
  stage.script.on_drained = [](Connection& peer) { peer.Close(); };
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  peer.Send(Frame("1") + Frame("2") + Frame("3"));
  REQUIRE(stage.Until([&] { return peer.Pump().size() >= large.size() && peer.over(); }));
  stage.Rounds(5);
  CHECK(stage.script.frame_count == 1);
  REQUIRE(stage.open_connections() == 1);
  CHECK(stage.newest()->buffered() == 0);
}

TEST_CASE("epoll refuses a new connection: it is closed cleanly and the next is served") {
  const Error error = GENERATE(Error::kNoMemory, Error::kNoSpace);
  Stage stage({.family = AnyFamily()});
  stage.Serve<LengthPrefixed>();
  stage.kernel.Fail(Call::kEpollAdd, error);
  Peer refused(stage.address());
  REQUIRE(stage.Until([&] { return refused.Pull().empty() && refused.over(); }));
  CHECK(stage.script.opens == 0);
  CHECK(stage.admissions.total() == 0);
  CHECK(stage.reactor().counters().registration_failures == 1);
  CHECK(stage.counters().accept.refused == 1);
  Peer peer(stage.address());
  peer.Send(Frame("hello"));
  REQUIRE(stage.Until([&] { return peer.Pull() == Frame("hello"); }));
}

}  // namespace edgewise::handlers_test
