// The steady state allocates nothing, proven by counting.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "test/handlers/allocations.h"
#include "test/handlers/echo.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

constexpr int kRequests = 200;

class Hello : public HttpHandler {
 public:
  void OnRequest(const HttpRequest&, HttpResponder& response) override {
    response.Send({.content_type = "text/plain"}, "Hello, World!");
  }
};

// Rounds until as many bytes have come back, counting only what the worker does. No checks in
// between: they are not the worker's.
bool Exchange(Stage& stage, Peer& peer, std::string_view request, std::size_t answer_bytes) {
  peer.Forget();
  peer.Send(request);
  for (int round = 0; round < 10'000; ++round) {
    {
      const Allocations::Watch watch;
      stage.reactor().RunOnce(std::chrono::milliseconds(1));
    }
    if (peer.Pump().size() >= answer_bytes) return peer.Pull().size() == answer_bytes;
  }
  return false;
}

// The size of the answer, found out by one exchange.
std::size_t AnswerBytes(Stage& stage, Peer& peer, std::string_view request) {
  peer.Send(request);
  REQUIRE(stage.Until([&] { return !peer.Pull().empty(); }));
  stage.Settle();
  return peer.Pull().size();
}

void CheckSteady(Stage& stage, const SocketAddress& address, std::string_view request) {
  Peer peer(address);
  const std::size_t answer = AnswerBytes(stage, peer, request);
  Allocations::Reset();
  for (int i = 0; i < kRequests; ++i) REQUIRE(Exchange(stage, peer, request, answer));
  CHECK(Allocations::Count() == 0);
  // A pipelined batch is no different.
  std::string batch;
  for (int i = 0; i < 16; ++i) batch += request;
  for (int i = 0; i < kRequests; ++i) REQUIRE(Exchange(stage, peer, batch, 16 * answer));
  CHECK(Allocations::Count() == 0);
}

}  // namespace

TEST_CASE("the counter counts: an unfinished frame allocates its buffer") {
  Stage stage;
  const SocketAddress address = stage.ServeMade(MakerOf<LengthPrefixed, Echo>({}));
  Peer peer(address);
  REQUIRE(stage.Until([&] { return stage.open_connections() == 1; }));
  Allocations::Reset();
  peer.Send(std::string_view(Frame("half")).substr(0, 6));
  for (int round = 0; round < 1000 && Allocations::Count() == 0; ++round) {
    const Allocations::Watch watch;
    stage.reactor().RunOnce(std::chrono::milliseconds(1));
  }
  CHECK(Allocations::Count() == 1);
}

TEST_CASE("an echo allocates nothing") {
  Stage stage;
  CheckSteady(stage, stage.ServeMade(MakerOf<Raw, Echo>({})), "sixty-four bytes, more or less");
}

TEST_CASE("a frame allocates nothing") {
  Stage stage;
  CheckSteady(stage, stage.ServeMade(MakerOf<LengthPrefixed, Echo>({})), Frame("a small request"));
}

TEST_CASE("a line allocates nothing") {
  Stage stage;
  CheckSteady(stage, stage.ServeMade(MakerOf<Lines, Echo>({})), "a small request\n");
}

TEST_CASE("an HTTP request allocates nothing") {
  Stage stage;
  CheckSteady(stage, stage.ServeMade(MakerOf<Http1, Hello>({})),
              "GET /plaintext HTTP/1.1\r\nHost: example.test\r\nUser-Agent: a test\r\n"
              "Accept: */*\r\n\r\n");
}

TEST_CASE("requests that come in two parts cost one small buffer each and no more") {
  Stage stage;
  const SocketAddress address = stage.ServeMade(MakerOf<LengthPrefixed, Echo>({}));
  Peer peer(address);
  const std::string frame = Frame("in two parts");
  AnswerBytes(stage, peer, frame);
  Allocations::Reset();
  for (int i = 0; i < kRequests; ++i) {
    peer.Forget();
    peer.Send(std::string_view(frame).substr(0, 7));
    for (int round = 0; round < 1000 && Allocations::Count() == static_cast<std::uint64_t>(i);
         ++round) {
      const Allocations::Watch watch;
      stage.reactor().RunOnce(std::chrono::milliseconds(1));
    }
    peer.Send(std::string_view(frame).substr(7));
    for (int round = 0; round < 1000 && peer.Pull().size() < frame.size(); ++round) {
      const Allocations::Watch watch;
      stage.reactor().RunOnce(std::chrono::milliseconds(1));
    }
    REQUIRE(peer.Pull() == frame);
  }
  CHECK(Allocations::Count() == kRequests);
}

}  // namespace edgewise::handlers_test
