// Connections that are refused for what they sent, how slowly, or what they cost: who is told so,
// and when there is no room left to tell.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "handlers/http/http_stream_handler.h"
#include "test/handlers/http_script.h"
#include "test/handlers/peer.h"

namespace edgewise::handlers_test {
namespace {

using std::chrono::seconds;

std::string PostOf(std::size_t bytes) {
  return "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

// A stage whose service answers "ok".
struct PlainStage : HttpStage {
  explicit PlainStage(const StageOptions& options) : HttpStage(options) {
    http.on_request = [](const HttpRequest&, HttpResponder& response) { response.Send({}, "ok"); };
  }
  // Until `peer` was told `status`, and the end.
  bool Refused(Peer& peer, std::string_view status) {
    const bool told = UntilEnded(peer);
    const std::string_view got = peer.Pull();
    CHECK(CountOf(got, status) == 1);
    CHECK(CountOf(got, "\r\nConnection: close\r\n") == 1);
    return told;
  }
};

// Begins an answer of ten bytes with the head, and says "half" at once.
class EarlyAnswer final : public HttpStreamHandler {
 public:
  void OnHead(const HttpRequest& head, HttpResponder& response) override {
    const bool old = head.minor_version() == 0;
    response.Begin({}, old ? std::nullopt : std::optional<std::uint64_t>(10));
    response.Write("half");
  }
  void OnBody(std::string_view, HttpResponder&) override {}
  void OnComplete(HttpResponder& response) override {
    response.Write(" whole");
    response.End();
  }
};

struct EarlyStage : HttpStageBase {
  explicit EarlyStage(const StageOptions& options = {}) : HttpStageBase(options) {
    ServeMade(MakerOf<Http1, EarlyAnswer>(Http1()));
  }
  // Until `peer` was broken off with no more than it had: half an answer.
  bool BrokenOff(Peer& peer) {
    const bool over = UntilOver(peer);
    CHECK(CountOf(peer.Pull(), "HTTP/1.1 ") == 1);
    CHECK(peer.Pull().ends_with("\r\n\r\nhalf"));
    return over;
  }
};

}  // namespace

TEST_CASE("503: a body that grows over the budget of all is refused, and gives its memory back") {
  PlainStage stage(Tight(MemoryPolicy::kRefuse));
  Peer peer(stage.address());
  peer.Send(Get() + PostOf(500'000) + Pattern(120'000));
  REQUIRE(stage.Refused(peer, "HTTP/1.1 503 Service Unavailable\r\n"));
  // What was answered before it left before it.
  CHECK(CountOf(peer.Pull(), "HTTP/1.1 200 OK\r\n") == 1);
  CHECK(peer.Pull().find("200 OK") < peer.Pull().find("503"));
  CHECK(stage.counters().memory.refused == 1);
  // It lingers, so that what the client still sends does not become a reset that takes the answer
  // with it. The memory does not.
  CHECK(stage.open_connections() == 1);
  CHECK(stage.Buffered() == 0);
  peer.Send(Pattern(10'000) + Get());
  peer.Finish();
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  CHECK(stage.closes(CloseCause::kOverflow) == 1);
  CHECK(stage.http.requests == 1);
}

TEST_CASE("503: a head that grows over the budget, too") {
  PlainStage stage(Tight(MemoryPolicy::kRefuse, 15'000));
  Peer peer(stage.address());
  peer.Send("GET / HTTP/1.1\r\nHost: x\r\nName: " + std::string(30'000, 'n'));
  REQUIRE(stage.Refused(peer, "HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(stage.Buffered() == 0);
}

TEST_CASE("503: the largest request is shed when another one grows") {
  PlainStage stage(Tight(MemoryPolicy::kShedLargest));
  Peer large(stage.address());
  large.Send(PostOf(200'000) + Pattern(50'000));
  REQUIRE(stage.Until([&] { return stage.open_connections() == 1 && stage.Buffered() > 50'000; }));
  Peer small(stage.address());
  small.Send(PostOf(40'000) + Pattern(30'000));
  REQUIRE(stage.Refused(large, "HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(stage.counters().memory.shed == 1);
  small.Send(Pattern(10'000));
  REQUIRE(stage.Ends(small, "ok"));
}

TEST_CASE("a service that sends more than the budget is not followed by a 503") {
  StageOptions options = Tight(MemoryPolicy::kRefuse);
  options.send_buffer = 16 * 1024;
  HttpStage stage(options);
  SendResult second{};
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    response.Begin({}, 900'000);
    response.Write(Pattern(800'000));
    second = response.Write(Pattern(100'000));
  };
  Peer peer(stage.address(), {.receive_buffer = 16 * 1024});
  peer.Send(Get());
  REQUIRE(stage.UntilOver(peer));
  CHECK(second == SendResult::kClosed);
  CHECK(CountOf(peer.Pull(), "HTTP/1.1 ") == 1);
  CHECK(stage.counters().memory.refused == 1);
}

TEST_CASE("a service that answers after its connection was refused is told kClosed") {
  HttpStage stage(Tight(MemoryPolicy::kRefuse));
  std::vector<SendResult> results;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    response.peer().AccountFor(kTightBudget + 1);
    CHECK(response.done());
    results = {response.Send({}, "x"), response.Begin({}), response.Write("x"), response.End()};
    CHECK(response.Later().Find(stage.worker().table()) == nullptr);
  };
  Peer peer(stage.address());
  peer.Send(Get());
  REQUIRE(stage.UntilEnded(peer));
  CHECK(peer.Pull().starts_with("HTTP/1.1 503 "));
  CHECK(results == std::vector<SendResult>(4, SendResult::kClosed));
}

TEST_CASE("nothing is put into the middle of an answer") {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  SECTION("when the body turns out malformed") {
    EarlyStage stage;
    Peer peer(stage.address());
    peer.Send(head + "Transfer-Encoding: chunked\r\n\r\n");
    REQUIRE(stage.Ends(peer, "half"));
    peer.Send("nonsense\r\n");
    REQUIRE(stage.BrokenOff(peer));
    CHECK(stage.closes(CloseCause::kMalformed) == 1);
  }
  SECTION("when the body does not come") {
    EarlyStage stage;
    stage.kernel.StopClock();
    Peer peer(stage.address());
    peer.Send(head + "Content-Length: 5\r\n\r\n");
    REQUIRE(stage.Ends(peer, "half"));
    stage.Pass(seconds(21));
    REQUIRE(stage.BrokenOff(peer));
    CHECK(stage.closes(CloseCause::kBodyTimeout) == 1);
  }
  SECTION("and a client to whom only an end would tell the end gets a reset") {
    EarlyStage stage;
    Peer peer(stage.address());
    peer.Send("POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\n");
    REQUIRE(stage.Ends(peer, "half"));
    stage.newest()->Abort({.cause = CloseCause::kException});
    REQUIRE(stage.BrokenOff(peer));
    CHECK(peer.error() == Error::kConnectionReset);
  }
  SECTION("when its memory is needed") {
    EarlyStage stage(Tight(MemoryPolicy::kRefuse));
    Peer peer(stage.address());
    peer.Send(head + "Content-Length: 5\r\n\r\n");
    REQUIRE(stage.Ends(peer, "half"));
    stage.newest()->AccountFor(kTightBudget + 1);
    REQUIRE(stage.BrokenOff(peer));
    CHECK(stage.closes(CloseCause::kOverflow) == 1);
  }
}

TEST_CASE("after an upgrade nothing of HTTP is said any more") {
  HttpStage stage(Tight(MemoryPolicy::kRefuse));
  struct Other final : FrameHandler {
    explicit Other(int* told) : refusals(*told) {}
    void OnOpen(Connection& peer) override { peer.Write("welcome"); }
    void OnFrame(Connection& peer, std::string_view) override { peer.AccountFor(kTightBudget + 1); }
    bool OnRefuse(Connection&, const CloseReason& reason) override {
      refusals += reason.cause == CloseCause::kOverflow;
      return true;
    }
    int& refusals;
  };
  int refusals = 0;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    response.Upgrade("other", {}, std::make_unique<Other>(&refusals));
  };
  Peer peer(stage.address());
  peer.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n");
  REQUIRE(stage.Ends(peer, "welcome"));
  peer.Send("x");
  REQUIRE(stage.UntilOver(peer));
  CHECK(peer.Pull().ends_with("welcome"));
  CHECK(refusals == 1);
}

}  // namespace edgewise::handlers_test
