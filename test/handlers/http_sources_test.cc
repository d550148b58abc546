// Answers from a source: no faster than the reader, and never a part for the whole.
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <stdexcept>
#include <string>

#include "test/handlers/http_script.h"
#include "test/handlers/peer.h"

namespace edgewise::handlers_test {
namespace {

using Outcome = HttpBodySource::Outcome;

// Writes `pieces` pieces of the pattern, one each time it is asked.
class Pieces : public HttpBodySource {
 public:
  Pieces(int pieces, std::size_t piece_bytes, Outcome last = Outcome::kEnd)
      : left_(pieces), text_(Pattern(piece_bytes)), last_(last) {}
  Outcome Produce(HttpResponder& response, std::size_t) override {
    ++asked;
    response.Write(text_);
    return --left_ == 0 ? last_ : Outcome::kMore;
  }
  int asked = 0;

 private:
  int left_;
  std::string text_;
  Outcome last_;
};

}  // namespace

TEST_CASE("a source is asked for more only when the socket has room") {
  HttpStage stage({.send_buffer = 4096});
  constexpr int kPieces = 300;
  Pieces* source = nullptr;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    auto pieces = std::make_unique<Pieces>(kPieces, 5000);
    source = pieces.get();
    response.SendFrom({.content_type = "text/plain"}, std::move(pieces), kPieces * 5000);
  };
  Peer peer(stage.address(), {.receive_buffer = 4096});
  peer.Send(Get() + Get());
  REQUIRE(stage.Until([&] { return stage.http.requests == 1; }));
  stage.Settle();  // the peer reads nothing
  const int asked = source->asked;
  CHECK(asked < 60);
  CHECK(stage.newest()->buffered() < 40'000);
  stage.Rounds(20);
  CHECK(source->asked == asked);
  std::string body;
  for (int i = 0; i < kPieces; ++i) body += Pattern(5000);
  REQUIRE(stage.Until([&] { return CountOf(peer.Pump(), "HTTP/1.1 200") == 2; }));
  REQUIRE(stage.Ends(peer, body));
  const std::string_view got = peer.Pull();
  CHECK(got.substr(got.find("\r\n\r\n") + 4).starts_with(body));
  stage.Settle();
  CHECK(stage.Buffered() == 0);
}

TEST_CASE("a source that waits is asked again when it is resumed") {
  HttpStage stage;
  struct Waiting : HttpBodySource {
    Outcome Produce(HttpResponder& response, std::size_t) override {
      ++asked;
      if (!ready) return Outcome::kWaiting;
      response.Write("now");
      return Outcome::kEnd;
    }
    int asked = 0;
    bool ready = false;
  };
  Waiting* source = nullptr;
  HttpReplyRef ref;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    auto waiting = std::make_unique<Waiting>();
    source = waiting.get();
    ref = response.Later();
    response.SendFrom({}, std::move(waiting));
  };
  Peer peer(stage.address());
  peer.Send(Get());
  REQUIRE(stage.Until([&] { return stage.http.requests == 1; }));
  stage.Settle();
  CHECK(source->asked == 1);
  source->ready = true;
  ref.Find(stage.worker().table())->Resume();
  REQUIRE(stage.Ends(peer, "3\r\nnow\r\n0\r\n\r\n"));
}

// Broken by forgetting what Resume said while the source was at work: it was never asked again.
TEST_CASE("a source that is resumed while it is being asked is asked again") {
  HttpStage stage;
  struct Hasty : HttpBodySource {
    Outcome Produce(HttpResponder& response, std::size_t) override {
      if (++asked == 3) return Outcome::kEnd;
      response.Write("x");
      response.Resume();
      return Outcome::kWaiting;
    }
    int asked = 0;
  };
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    response.SendFrom({}, std::make_unique<Hasty>());
  };
  Peer peer(stage.address());
  peer.Send(Get());
  REQUIRE(stage.Ends(peer, "1\r\nx\r\n1\r\nx\r\n0\r\n\r\n"));
}

TEST_CASE("a source that ends the answer itself is not asked again, and no end is written twice") {
  HttpStage stage;
  struct Curt : HttpBodySource {
    Outcome Produce(HttpResponder& response, std::size_t) override {
      response.Write("all");
      response.End();
      return Outcome::kMore;
    }
  };
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    response.SendFrom({}, std::make_unique<Curt>());
  };
  const std::string got = stage.Ask(Get() + Get());
  CHECK(CountOf(got, "3\r\nall\r\n0\r\n\r\n") == 2);
  CHECK(CountOf(got, "0\r\n\r\n") == 2);
}

TEST_CASE("HEAD of an answer from a source asks for none of it") {
  HttpStage stage;
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    response.SendFrom({}, std::make_unique<Pieces>(1, 100), 100);
  };
  const std::string got = stage.Ask("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" + Get());
  CHECK(CountOf(got, "\r\nContent-Length: 100\r\n\r\n") == 2);
  CHECK(CountOf(got, Pattern(100)) == 1);
}

TEST_CASE("a source that is resumed before its last piece has left is asked once that has") {
  HttpStage stage({.send_buffer = 4096});
  HttpReplyRef ref;
  Pieces* source = nullptr;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    ref = response.Later();
    auto pieces = std::make_unique<Pieces>(2, 500'000);
    source = pieces.get();
    response.SendFrom({}, std::move(pieces), 1'000'000);
  };
  Peer peer(stage.address(), {.receive_buffer = 4096});
  peer.Send(Get());
  REQUIRE(stage.Until([&] { return stage.http.requests == 1; }));
  stage.Settle();
  REQUIRE(stage.newest()->pending_output() != 0);
  ref.Find(stage.worker().table())->Resume();
  stage.Settle();
  CHECK(source->asked == 1);
  REQUIRE(stage.Ends(peer, Pattern(500'000) + Pattern(500'000)));
}

TEST_CASE("a source that fails breaks the connection, so that a part is not taken for the whole") {
  HttpStage stage;
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    response.SendFrom({}, std::make_unique<Pieces>(3, 100, Outcome::kFailed));
  };
  Peer peer(stage.address());
  peer.Send(Get());
  REQUIRE(stage.UntilOver(peer));
  CHECK_FALSE(peer.Pull().ends_with("0\r\n\r\n"));
  CHECK(stage.closes(CloseCause::kAbandoned) == 1);
}

TEST_CASE("a source that throws closes its connection alone") {
  HttpStage stage;
  struct Thrower : HttpBodySource {
    Outcome Produce(HttpResponder& response, std::size_t) override {
      if (++asked == 3) throw std::runtime_error("no more");
      response.Write("piece");
      return Outcome::kMore;
    }
    int asked = 0;
  };
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    response.SendFrom({}, std::make_unique<Thrower>());
  };
  Peer peer(stage.address());
  peer.Send(Get());
  REQUIRE(stage.UntilOver(peer));
  CHECK(stage.closes(CloseCause::kException) == 1);
}

TEST_CASE("at a stop, a source that waits is asked once more, and an answer that goes on is told") {
  HttpStage stage;
  struct Endless : HttpBodySource {
    Outcome Produce(HttpResponder& response, std::size_t) override {
      if (!response.peer().finishing()) return Outcome::kWaiting;
      response.Write("bye");
      return Outcome::kEnd;
    }
  };
  stage.http.on_request = [&](const HttpRequest& request, HttpResponder& response) {
    if (request.path() == "/source") {
      response.SendFrom({}, std::make_unique<Endless>());
    } else {
      response.Begin({});
      response.Write("so far");
      response.Later();
    }
  };
  Peer source(stage.address());
  source.Send(Get("/source"));
  Peer stream(stage.address());
  stream.Send(Get("/stream"));
  REQUIRE(stage.Ends(stream, "so far\r\n"));
  REQUIRE(stage.Until([&] { return stage.http.requests == 2; }));
  stage.worker().Drain(std::chrono::seconds(10));
  REQUIRE(stage.Ends(source, "3\r\nbye\r\n0\r\n\r\n"));
  REQUIRE(stage.Ends(stream, "so far\r\n0\r\n\r\n"));
  CHECK(stage.http.stops == 1);
  for (Peer* peer : {&source, &stream}) {
    REQUIRE(stage.UntilEnded(*peer));
    peer->Close();
  }
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  CHECK(stage.closes(CloseCause::kShutdown) == 2);
}

// The reactor was busy with a wish that nobody would grant until the peer's end came.
TEST_CASE("an answer that ends with its connection before a wish is granted leaves nobody busy") {
  HttpStage stage;
  struct Pausing : HttpBodySource {
    Outcome Produce(HttpResponder& response, std::size_t) override {
      response.Write("x");
      constexpr Outcome kOutcomes[] = {Outcome::kMore, Outcome::kWaiting, Outcome::kEnd};
      return kOutcomes[asked++];
    }
    int asked = 0;
  };
  Pausing* source = nullptr;
  HttpReplyRef ref;
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    auto pausing = std::make_unique<Pausing>();
    source = pausing.get();
    ref = response.Later();
    response.SendFrom({}, std::move(pausing));
  };
  Peer peer(stage.address());
  peer.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  REQUIRE(stage.Until([&] { return source != nullptr && source->asked == 2; }));
  ref.Find(stage.worker().table())->Resume();
  REQUIRE(stage.UntilEnded(peer));
  stage.Rounds(5);
  CHECK(stage.open_connections() == 1);  // it waits for the peer's end
  CHECK(stage.reactor().PollTimeout() != Duration::zero());
}

// Its client took what had left for the whole body.
TEST_CASE("an end that cuts off the last of a body without a length is an error") {
  HttpStage stage({.send_buffer = 4096});
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    response.Begin({});
    response.Write(Pattern(500'000));
    response.End();
  };
  Peer peer(stage.address(), {.receive_buffer = 4096});
  peer.Send("GET / HTTP/1.0\r\n\r\n");
  REQUIRE(stage.Until([&] { return stage.http.requests == 1; }));
  stage.Settle();
  REQUIRE(stage.newest()->pending_output() != 0);
  stage.newest()->Abort({.cause = CloseCause::kShutdownTimeout});
  REQUIRE(stage.UntilOver(peer));
  CHECK(peer.error() == Error::kConnectionReset);
}

}  // namespace edgewise::handlers_test
