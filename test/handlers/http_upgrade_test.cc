// Connections that change protocol.
#include <catch2/catch_test_macros.hpp>
#include <cctype>
#include <memory>
#include <string>

#include "test/handlers/http_script.h"
#include "test/handlers/peer.h"

namespace edgewise::handlers_test {

TEST_CASE("after an upgrade the bytes are the other protocol's") {
  HttpStage stage;
  struct Upper : FrameHandler {
    explicit Upper(std::string* told) : log(*told) {}
    void OnOpen(Connection& peer) override { peer.Write("welcome "); }
    void OnFrame(Connection& peer, std::string_view bytes) override {
      std::string upper(bytes);
      for (char& c : upper) c = static_cast<char>(std::toupper(c));
      peer.Write(upper);
    }
    void OnEnd(Connection& peer) override {
      log += "end; ";
      peer.Close();
    }
    void OnClose(Connection&, const CloseReason& reason) override {
      log.append(CloseCauseName(reason.cause));
    }
    std::string& log;
  };
  std::string log;
  bool accepts = true;
  stage.http.on_request = [&](const HttpRequest& request, HttpResponder& response) {
    if (!accepts) return static_cast<void>(response.Send({}, "plain"));
    CHECK(request.Header("Upgrade") == "upper");
    response.Upgrade("upper", {}, std::make_unique<Upper>(&log));
  };
  const std::string request =
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: upper\r\n";
  Peer peer(stage.address());
  SECTION("bytes that came with the request are not lost") {
    peer.Send(request + "\r\nfirst\r\n");
    REQUIRE(stage.Ends(peer, "welcome FIRST\r\n"));
    const std::string_view got = peer.Pull();
    CHECK(got.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
    CHECK(CountOf(got, "\r\nConnection: Upgrade\r\n") == 1);
    CHECK(CountOf(got, "\r\nUpgrade: upper\r\n") == 1);
    CHECK(CountOf(got, "Content-Length") == 0);
    peer.Send("GET / HTTP/1.1\r\n\r\n");
    REQUIRE(stage.Ends(peer, "GET / HTTP/1.1\r\n\r\n"));
    CHECK(stage.http.requests == 1);
    peer.Finish();
    REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
    CHECK(log == "end; end of stream");
    CHECK(stage.http.gone == 1);
  }
  SECTION("a service that does not want to answers as ever") {
    accepts = false;
    peer.Send(request + "\r\n" + Get());
    REQUIRE(stage.Until([&] { return CountOf(peer.Pump(), "plain") == 2; }));
  }
  SECTION("not in HTTP/1.0") {
    peer.Send("GET / HTTP/1.0\r\nUpgrade: upper\r\n\r\n");
    REQUIRE(stage.UntilEnded(peer));
    CHECK(peer.Pull().starts_with("HTTP/1.1 400 "));
  }
  SECTION("with a body: when all of it has come") {
    peer.Send("POST / HTTP/1.1\r\nHost: x\r\nUpgrade: upper\r\nContent-Length: 3\r\n\r\n");
    stage.Settle();
    peer.Send("123");
    REQUIRE(stage.Ends(peer, "welcome "));
  }
}

TEST_CASE("after an upgrade the other protocol hears of room in the socket and of the stop") {
  HttpStage stage({.send_buffer = 4096});
  struct Other : FrameHandler {
    explicit Other(std::string* told) : log(*told) {}
    void OnOpen(Connection& peer) override { peer.Write(Pattern(300'000)); }
    void OnFrame(Connection&, std::string_view) override {}
    void OnDrained(Connection&) override { log += "drained; "; }
    void OnFinish(Connection& peer) override {
      log += "stop; ";
      peer.Write("goodbye");
    }
    std::string& log;
  };
  std::string log;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    response.Upgrade("other", {}, std::make_unique<Other>(&log));
  };
  Peer peer(stage.address(), {.receive_buffer = 4096});
  peer.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
  REQUIRE(stage.Ends(peer, Pattern(300'000)));
  stage.Settle();
  CHECK(log == "drained; ");
  stage.worker().Drain(std::chrono::seconds(10));
  REQUIRE(stage.Ends(peer, "goodbye"));
  CHECK(log == "drained; stop; ");
  CHECK(stage.http.stops == 0);
  REQUIRE(stage.UntilEnded(peer));
  peer.Close();
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
}

}  // namespace edgewise::handlers_test
