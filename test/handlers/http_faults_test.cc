// The faults of a stream that an HTTP server must survive, each as HTTP shows it. (Deadlines are in
// http_deadline_test.cc, oversized heads in codec/http1_limits_test.cc.)
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "test/handlers/http_script.h"
#include "test/handlers/http_site.h"
#include "test/handlers/peer.h"

namespace edgewise::handlers_test {

TEST_CASE("a half-close with requests pending: all are read, all are answered, then the end") {
  Site site;
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += Post("Content-Length: 3") + "abc";
  requests += Post("Transfer-Encoding: chunked") + "3\r\nxyz\r\n0\r\n\r\n";
  const std::string got = site.Ask(requests);
  CHECK(CountOf(got, "HTTP/1.1 200") == 51);
  CHECK(got.ends_with("POST /p me xyz"));
  CHECK(site.closes(CloseCause::kEndOfStream) == 1);
}

TEST_CASE("a refusal with input unread reaches a client that goes on sending") {
  Site site;
  Peer peer(site.address());
  // More than the codec allows, announced; the client sends it all the same before it reads.
  peer.Send(Post("Content-Length: 3000000") + Pattern(3'000'000));
  REQUIRE(site.Until([&] {
    peer.Push();
    peer.Pull();
    return peer.over();
  }));
  CHECK(peer.error() == Error::kNone);
  CHECK(peer.Pull().starts_with("HTTP/1.1 413 "));
  // The rest is read and dropped, so that it cannot become a reset that destroys the answer.
  REQUIRE(site.Until([&] { return site.connections().bytes_discarded > 100'000; }));
  peer.Push();
  CHECK(peer.error() == Error::kNone);
}

TEST_CASE("a reader that is slow is held at high water, and goes on at low water") {
  HttpStage stage(
      {.connection = {.high_water = 100'000, .low_water = 20'000}, .send_buffer = 4096});
  const std::string body = Pattern(60'000);
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    response.Send({}, body);
  };
  Peer peer(stage.address(), {.receive_buffer = 4096});
  std::string requests;
  for (int i = 0; i < 30; ++i) requests += Get();
  peer.Send(requests);
  REQUIRE(stage.Until([&] { return stage.newest() && stage.newest()->holds() != 0; }));
  stage.Settle();
  CHECK(stage.newest()->holds() == HoldBit(Hold::kHighWater));
  CHECK(stage.http.requests < 6);
  REQUIRE(stage.Until([&] { return CountOf(peer.Pump(), "HTTP/1.1 200") == 30; }));
  REQUIRE(stage.Ends(peer, body));
  CHECK(stage.counters().connection.holds > 3);
}

TEST_CASE("a reader that takes nothing is given up after write_timeout, whatever else it does") {
  HttpStage stage({.connection = {.write_timeout = std::chrono::seconds(30)}, .send_buffer = 4096});
  stage.kernel.StopClock();
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    response.Send({}, Pattern(900'000));
  };
  Peer peer(stage.address(), {.receive_buffer = 4096});
  peer.Send(Get());
  REQUIRE(stage.Until([&] { return stage.http.requests == 1; }));
  for (int i = 0; i < 20 && stage.open_connections() != 0; ++i) {
    stage.Settle();
    peer.Send("G");  // activity is not progress
    stage.Pass(std::chrono::seconds(4));
  }
  CHECK(stage.closes(CloseCause::kWriteTimeout) == 1);
}

TEST_CASE("a thousand pipelined requests, whole or a byte at a time, get the same answers") {
  HttpStage stage;
  stage.http.on_request = [](const HttpRequest& request, HttpResponder& response) {
    response.Send({}, request.path());
  };
  const int count = GENERATE(1000, 40);
  std::string requests;
  for (int i = 0; i < count; ++i) requests += Get("/" + std::to_string(i));
  Peer peer(stage.address());
  if (count == 1000) {
    peer.Send(requests);
  } else {
    for (const char c : requests) {
      peer.Send({&c, 1});
      stage.Round();
    }
  }
  REQUIRE(stage.Ends(peer, "/" + std::to_string(count - 1)));
  std::size_t at = 0;
  for (int i = 0; i < count; ++i) {
    at = peer.Pull().find("\r\n\r\n/" + std::to_string(i), at);
    REQUIRE(at != std::string_view::npos);
    ++at;
  }
  CHECK(stage.http.requests == count);
}

TEST_CASE("empty bodies, empty chunks' ends and empty answers are legal, and spin nothing") {
  HttpStage stage;
  stage.http.on_request = [](const HttpRequest& request, HttpResponder& response) {
    CHECK(request.body().empty());
    if (request.path() == "/pieces") {
      response.Begin({});
      response.End();
    } else {
      response.Send({}, "");
    }
  };
  const std::string got = stage.Ask(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
      Get("/pieces"));
  CHECK(CountOf(got, "\r\nContent-Length: 0\r\n\r\n") == 2);
  CHECK(got.ends_with("\r\n\r\n0\r\n\r\n"));
  CHECK(stage.http.requests == 3);
  const std::uint64_t rounds = stage.reactor().counters().upcalls;
  stage.Rounds(50);
  CHECK(stage.reactor().counters().upcalls == rounds);
}

TEST_CASE("a reset in the middle of a body delivers nothing, and says reset") {
  Site site;
  {
    Peer peer(site.address());
    peer.Send(Post("Content-Length: 5") + "he");
    REQUIRE(site.Until([&] { return site.connections().bytes_received != 0; }));
    peer.Reset();
  }
  REQUIRE(site.Until([&] { return site.open_connections() == 0; }));
  CHECK(site.closes(CloseCause::kReset) == 1);
  CHECK(site.connections().answers[2] == 0);
}

TEST_CASE("a reset while an answer is owed, or under way from a source, ends both") {
  HttpStage stage({.send_buffer = 4096});
  struct Endless : HttpBodySource {
    Outcome Produce(HttpResponder& response, std::size_t bytes_max) override {
      response.Write(Pattern(bytes_max));
      return Outcome::kMore;
    }
  };
  const bool owed = GENERATE(false, true);
  stage.http.on_request = [owed](const HttpRequest&, HttpResponder& response) {
    if (owed) {
      response.Later();
    } else {
      response.SendFrom({}, std::make_unique<Endless>());
    }
  };
  {
    Peer peer(stage.address(), {.receive_buffer = 4096});
    peer.Send(Get());
    REQUIRE(stage.Until([&] { return stage.http.requests == 1; }));
    stage.Settle();
    peer.Reset();
  }
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  CHECK(stage.http.gone == 1);
  CHECK(stage.closes(CloseCause::kReset) == 1);
}

}  // namespace edgewise::handlers_test
