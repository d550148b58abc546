// An urgent byte in mid-stream leaves data behind a short receive, and no edge tells of it.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "test/handlers/peer.h"
#include "test/handlers/stage.h"
#include "test/kernel/raw.h"

namespace edgewise::handlers_test {

namespace raw = kernel_test::raw;

TEST_CASE("what follows an urgent byte is received, though the receive before it fell short") {
  Stage stage;
  stage.Serve<Raw>();
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  peer.Send("before");
  REQUIRE(raw::SendUrgent(LinuxKernel::Instance(), peer.handle(), "!").ok());
  peer.Send("after");
  REQUIRE(stage.Until([&] { return peer.Pull() == "beforeafter"; }));
  stage.Settle();
}

TEST_CASE("what follows an urgent byte is received when the receive before it was full") {
  // A receive asks for at most six bytes, which is what stands before the urgent one.
  Stage stage({.worker = {.reactor = {.bulk_bytes_max = 6}}});
  stage.Serve<Raw>();
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  peer.Send("before");
  REQUIRE(raw::SendUrgent(LinuxKernel::Instance(), peer.handle(), "!").ok());
  peer.Send("after");
  REQUIRE(stage.Until([&] { return peer.Pull() == "beforeafter"; }));
  stage.Settle();
}

TEST_CASE("urgent bytes between rounds of a drained connection stop nothing") {
  Stage stage;
  stage.Serve<Raw>();
  Peer peer(stage.address());
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    const std::string piece = "piece " + std::to_string(i);
    peer.Send(piece);
    expected += piece;
    if (i % 2 == 0) stage.Round(std::chrono::milliseconds(1));
    REQUIRE(raw::SendUrgent(LinuxKernel::Instance(), peer.handle(), "!").ok());
    if (i % 3 == 0) stage.Round(std::chrono::milliseconds(1));
    peer.Send("-");
    expected += "-";
    REQUIRE(stage.Until([&] { return peer.Pull().size() >= expected.size(); }));
  }
  CHECK(peer.Pull() == expected);
  stage.Settle();
}

TEST_CASE("an end right behind an urgent byte is found") {
  Stage stage;
  stage.Serve<Raw>();
  Peer peer(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
  peer.Send("before");
  REQUIRE(raw::SendUrgent(LinuxKernel::Instance(), peer.handle(), "!").ok());
  peer.Send("after");
  peer.Finish();
  REQUIRE(stage.Until([&] { return peer.Pull() == "beforeafter" && peer.ended(); }));
  CHECK(stage.script.cause() == CloseCause::kEndOfStream);
}

}  // namespace edgewise::handlers_test
