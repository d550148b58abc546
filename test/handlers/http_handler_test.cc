// HttpHandler: requests whose bodies come late, in chunks, or never.
#include "handlers/http/http_handler.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "test/handlers/http_site.h"
#include "test/handlers/peer.h"

namespace edgewise::handlers_test {
TEST_CASE("a request that comes byte by byte is delivered whole") {
  Site site;
  Peer peer(site.address());
  for (const std::string& request :
       {Post("Content-Length: 5") + "hello",
        Post("Transfer-Encoding: chunked") + "2\r\nhe\r\n3;x\r\nllo\r\n0\r\nTrailer: t\r\n\r\n"}) {
    peer.Forget();
    for (const char c : request) {
      peer.Send({&c, 1});
      site.Round();
    }
    REQUIRE(site.Ends(peer, "\r\n\r\nPOST /p me hello"));
    CHECK(CountOf(peer.Pull(), "HTTP/1.1 200 OK") == 1);
  }
  site.Settle();
  CHECK(site.Buffered() == 0);
}

TEST_CASE("requests in chunks are answered in their order among others") {
  Site site;
  Peer peer(site.address());
  const std::string get = "GET /g HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string chunked = Post("Transfer-Encoding: chunked") + "3\r\none\r\n0\r\n\r\n";
  peer.Send(get + chunked + Post("Content-Length: 3") + "two" + chunked + get);
  REQUIRE(site.Until([&] { return CountOf(peer.Pump(), "200 OK") == 5; }));
  const std::string_view got = peer.Pull();
  std::size_t at = 0;
  for (const std::string_view body :
       {"GET /g nobody ", "POST /p me one", "POST /p me two", "POST /p me one", "GET /g nobody "}) {
    at = got.find(body, at);
    REQUIRE(at != std::string_view::npos);
    at += body.size();
  }
  CHECK(at == got.size());
}

TEST_CASE("a large body comes in many turns") {
  Site site;
  Peer peer(site.address());
  const std::string body = Pattern(900'000);
  peer.Send(Post("Content-Length: 900000") + body);
  REQUIRE(site.Ends(peer, "POST /p me " + body));
  site.Settle();
  CHECK(site.Buffered() == 0);
}

TEST_CASE("a body that is being gathered counts towards the memory of all connections") {
  Site site({.worker = {.buffer_bytes_max = 50'000, .memory_policy = MemoryPolicy::kRefuse}});
  Peer small(site.address());
  small.Send(Post("Content-Length: 100000") + Pattern(10'000));
  REQUIRE(site.Until([&] { return site.connections().bytes_received > 10'000; }));
  site.Settle();
  CHECK(site.open_connections() == 1);
  CHECK(site.newest()->buffered() == site.Buffered());
  Peer large(site.address());
  large.Send(Post("Content-Length: 100000") + Pattern(60'000));
  REQUIRE(site.Until([&] { return site.counters().memory.refused == 1; }));
  REQUIRE(site.Until([&] { return large.Pump().starts_with("HTTP/1.1 503 ") && large.ended(); }));
  large.Close();
  REQUIRE(site.Until([&] { return site.open_connections() == 1; }));
  small.Send(Pattern(100'000).substr(10'000));
  CHECK_FALSE(small.over());
}

TEST_CASE("a peer that ends in the middle of a body is counted as such") {
  Site site;
  Peer peer(site.address());
  peer.Send(Post("Transfer-Encoding: chunked") + "5\r\nhello\r\n");
  peer.Finish();
  REQUIRE(site.Until([&] { return peer.Pump().empty() && peer.over(); }));
  CHECK(site.connections().truncated_frames == 1);
}

TEST_CASE("a malformed body is refused, and nothing behind it is read") {
  Site site;
  Peer peer(site.address());
  peer.Send(Post("Transfer-Encoding: chunked") + "5\r\nhelloGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(site.Until([&] {
    const bool answered = !peer.Pump().empty();
    return answered && peer.over();
  }));
  CHECK(CountOf(peer.Pull(), "HTTP/1.1 ") == 1);
  CHECK(peer.Pull().substr(0, 13) == "HTTP/1.1 400 ");
  CHECK(site.connections().malformed == 1);
}

TEST_CASE("a client that waits for 100 Continue gets it") {
  Site site;
  Peer peer(site.address());
  peer.Send(Post("Content-Length: 5\r\nExpect: 100-Continue"));
  const std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  REQUIRE(site.Until([&] { return peer.Pull() == go_on; }));
  peer.Send("hello");
  REQUIRE(site.Ends(peer, "hello"));
  CHECK(CountOf(peer.Pull(), "HTTP/1.1 ") == 2);
}

TEST_CASE("no 100 Continue where the body is on its way, there is none, or HTTP/1.0 is spoken") {
  Site site;
  Peer peer(site.address());
  SECTION("on its way") {
    peer.Send(Post("Content-Length: 5\r\nExpect: 100-continue") + "he");
    REQUIRE(site.Until([&] { return site.connections().bytes_received != 0; }));
    peer.Send("llo");
    REQUIRE(site.Ends(peer, "hello"));
  }
  SECTION("none") {
    peer.Send(Post("Expect: 100-continue"));
    REQUIRE(site.Ends(peer, "POST /p me "));
  }
  SECTION("HTTP/1.0") {
    peer.Send("POST /p HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    site.Settle();
    CHECK(peer.Pull().empty());
    peer.Send("hello");
    REQUIRE(site.Ends(peer, "hello"));
  }
  CHECK(CountOf(peer.Pull(), "HTTP/1.1 ") == 1);
}

TEST_CASE("another expectation is answered with 417, and the connection ends") {
  Site site;
  Peer peer(site.address());
  peer.Send(Post("Content-Length: 5\r\nExpect: a-miracle"));
  REQUIRE(site.Until([&] {
    const bool answered = !peer.Pull().empty();
    return answered && peer.over();
  }));
  CHECK(peer.Pull().substr(0, 13) == "HTTP/1.1 417 ");
}

TEST_CASE("a server that stops waits for the body of a request that has begun") {
  Site site;
  Peer peer(site.address());
  peer.Send(Post("Content-Length: 5") + "he");
  REQUIRE(site.Until([&] { return site.connections().bytes_received != 0; }));
  site.newest()->Finish();
  site.Settle();
  CHECK(site.open_connections() == 1);
  peer.Send("llo");
  REQUIRE(site.Until([&] {
    const bool answered = !peer.Pull().empty();
    return answered && peer.over();
  }));
  CHECK(peer.Pull().find("Connection: close\r\n") != std::string_view::npos);
  CHECK(peer.Pull().substr(peer.Pull().size() - 5) == "hello");
}

}  // namespace edgewise::handlers_test
