// Answers in pieces, and later: whole, and in order.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <vector>

#include "test/handlers/http_script.h"
#include "test/handlers/peer.h"

namespace edgewise::handlers_test {
TEST_CASE("an answer in pieces comes in chunks, or by its length, or until the end") {
  HttpStage stage;
  bool announced = false;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    response.Begin({.content_type = "text/plain"},
                   announced ? std::optional<std::uint64_t>(11) : std::nullopt);
    response.Write("hello");
    response.Write("");
    response.Write(" there");
    CHECK(response.End() == SendResult::kAccepted);
    CHECK(response.done());
  };
  SECTION("chunks") {
    const std::string got = stage.Ask(Get() + Get());
    CHECK(CountOf(got,
                  "\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "5\r\nhello\r\n6\r\n there\r\n0\r\n\r\n") == 2);
    CHECK(CountOf(got, "Content-Length") == 0);
  }
  SECTION("by length") {
    announced = true;
    const std::string got = stage.Ask(Get() + Get());
    CHECK(CountOf(got, "\r\nContent-Length: 11\r\n\r\nhello there") == 2);
  }
  SECTION("until the end, to a client that does not know chunks") {
    const std::string got = stage.Ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + Get());
    CHECK(CountOf(got, "HTTP/1.1 200") == 1);
    CHECK(CountOf(got, "\r\nConnection: close\r\n") == 1);
    CHECK(CountOf(got, "Transfer-Encoding") == 0);
    CHECK(got.ends_with("\r\n\r\nhello there"));
  }
  SECTION("HEAD: nothing behind the head") {
    const std::string got = stage.Ask("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(got.ends_with("\r\nTransfer-Encoding: chunked\r\n\r\n"));
  }
}

TEST_CASE("a body with less or more than was announced breaks the connection") {
  HttpStage stage;
  const bool more = GENERATE(false, true);
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    response.Begin({}, 5);
    response.Write("hell");
    CHECK((more ? response.Write("oo") : response.End()) ==
          (more ? SendResult::kTooLong : SendResult::kClosed));
    CHECK(response.done());
  };
  Peer peer(stage.address());
  peer.Send(Get());
  REQUIRE(stage.UntilOver(peer));
  CHECK(stage.closes(CloseCause::kAbandoned) == 1);
}

TEST_CASE("requests behind one that is answered later wait, and are answered in order") {
  HttpStage stage;
  HttpReplyRef ref;
  int requests = 0;
  stage.http.on_request = [&](const HttpRequest& request, HttpResponder& response) {
    ++requests;
    if (request.path() == "/later") {
      ref = response.Later();
    } else {
      response.Send({}, request.path());
    }
  };
  Peer peer(stage.address());
  peer.Send(Get("/a") + Get("/later") + Get("/b"));
  REQUIRE(stage.Until([&] { return requests == 2; }));
  stage.Settle();
  CHECK(requests == 2);
  CHECK(stage.newest()->holds() == HoldBit(Hold::kAnswer));
  HttpResponder* const response = ref.Find(stage.worker().table());
  REQUIRE(response != nullptr);
  SECTION("whole") { response->Send({}, "late"); }
  SECTION("in pieces") {
    response->Begin({}, 4);
    response->Write("la");
    stage.Settle();
    CHECK(ref.Find(stage.worker().table()) == response);
    CHECK(requests == 2);
    response->Write("te");
    response->End();
  }
  CHECK(ref.Find(stage.worker().table()) == nullptr);
  REQUIRE(stage.Ends(peer, "/b"));
  const std::string got(peer.Pull());
  CHECK(got.find("\r\n\r\n/a") < got.find("\r\n\r\nlate"));
  CHECK(got.find("\r\n\r\nlate") < got.find("\r\n\r\n/b"));
  stage.Settle();
  CHECK(stage.newest()->holds() == 0);
}

TEST_CASE("the name of an answer that was given is not that of the next one") {
  HttpStage stage;
  std::vector<HttpReplyRef> refs;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    refs.push_back(response.Later());
  };
  Peer peer(stage.address());
  peer.Send(Get() + Get());
  REQUIRE(stage.Until([&] { return refs.size() == 1; }));
  refs[0].Find(stage.worker().table())->Send({}, "first");
  REQUIRE(stage.Until([&] { return refs.size() == 2; }));
  CHECK(refs[0].Find(stage.worker().table()) == nullptr);
  REQUIRE(refs[1].Find(stage.worker().table()) != nullptr);
  refs[1].Find(stage.worker().table())->Send({}, "second");
  REQUIRE(stage.Ends(peer, "second"));
}

TEST_CASE("the name of an answer resolves to nothing once the connection is gone") {
  HttpStage stage;
  HttpReplyRef ref;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    ref = response.Later();
  };
  {
    Peer peer(stage.address());
    peer.Send(Get());
    REQUIRE(stage.Until([&] { return stage.http.requests == 1; }));
    REQUIRE(ref.Find(stage.worker().table()) != nullptr);
    peer.Reset();
  }
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  CHECK(ref.Find(stage.worker().table()) == nullptr);
  CHECK(stage.http.gone == 1);
  // The number is used again, by somebody else.
  Peer other(stage.address());
  other.Send(Get());
  REQUIRE(stage.Until([&] { return stage.http.requests == 2; }));
  CHECK(ref.Find(stage.worker().table()) != nullptr);  // the new one's: on_request set it
}

TEST_CASE("a peer that has finished sending still gets the answer that comes later") {
  HttpStage stage;
  HttpReplyRef ref;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    ref = response.Later();
  };
  Peer peer(stage.address());
  peer.Send(Get());
  peer.Finish();
  REQUIRE(stage.Until([&] { return stage.http.requests == 1; }));
  stage.Settle();
  CHECK_FALSE(peer.over());
  ref.Find(stage.worker().table())->Send({}, "late");
  REQUIRE(stage.Until([&] { return peer.Pump().empty() ? false : peer.ended(); }));
  CHECK(peer.Pull().ends_with("late"));
}

TEST_CASE("a server that stops waits for an answer that comes later") {
  HttpStage stage;
  HttpReplyRef ref;
  stage.http.on_request = [&](const HttpRequest& request, HttpResponder& response) {
    if (request.path() == "/later") {
      ref = response.Later();
    } else {
      response.Send({}, "behind");
    }
  };
  Peer peer(stage.address());
  // Another request: none, one that is received with the first, one that a hold leaves unread.
  const std::string second = GENERATE(as<std::string>(), "none", "received", "unread");
  const bool behind = second != "none";
  peer.Send(Get("/later") + (second == "received" ? Get("/behind") : ""));
  REQUIRE(stage.Until([&] { return stage.http.requests == 1; }));
  if (second == "unread") peer.Send(Get("/behind"));
  stage.newest()->Finish();
  stage.Settle();
  REQUIRE(stage.open_connections() == 1);
  ref.Find(stage.worker().table())->Send({}, "late");
  REQUIRE(stage.Until([&] { return peer.Pump().empty() ? false : peer.ended(); }));
  const std::string got(peer.Pull());
  CHECK(got.ends_with(behind ? "behind" : "late"));
  CHECK(CountOf(got, "Connection: close\r\n") == 1);
  CHECK(got.find("Connection: close") > (behind ? got.find("late") : 0));
}

TEST_CASE("an answer that was abandoned takes no more, and harms nobody") {
  HttpStage stage;
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    response.Begin({}, 3);
    CHECK(response.Write("four") == SendResult::kTooLong);
    CHECK(response.Write("more") == SendResult::kClosed);
    CHECK(response.End() == SendResult::kClosed);
    response.Abandon();
  };
  stage.Ask(Get());
  CHECK(stage.closes(CloseCause::kAbandoned) == 1);
}

TEST_CASE("the last of the requests that a connection may make is told so") {
  HttpStage stage({.connection = {.requests_max = 3}});
  stage.http.on_request = [](const HttpRequest& request, HttpResponder& response) {
    response.Send({.content_type = "text/plain"}, request.path());
  };
  SECTION("one below") {
    const std::string got = stage.Ask(Get("/1") + Get("/2"));
    CHECK(CountOf(got, "Connection: close") == 0);
    CHECK(CountOf(got, "HTTP/1.1 200") == 2);
  }
  SECTION("at the limit, and one above") {
    const std::string got = stage.Ask(Get("/1") + Get("/2") + Get("/3") + Get("/4"));
    CHECK(CountOf(got, "HTTP/1.1 200") == 3);
    CHECK(CountOf(got, "Connection: close") == 1);
    CHECK(got.find("Connection: close") > got.find("/2"));
    CHECK(got.ends_with("/3"));
  }
  CHECK(stage.http.gone == 1);
}

}  // namespace edgewise::handlers_test
