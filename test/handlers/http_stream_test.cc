// Bodies as they come, connections that are held meanwhile, and connections that change protocol.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "handlers/http/http_stream_handler.h"
#include "test/handlers/http_script.h"
#include "test/handlers/peer.h"

namespace edgewise::handlers_test {
namespace {

// What an Upload saw and is to do.
struct Log {
  std::string text;
  std::size_t bytes = 0;
  std::size_t hold_after = ~std::size_t{0};
  Connection* peer = nullptr;
};

// Answers with the length of the body; to some paths, otherwise.
class Upload final : public HttpStreamHandler {
 public:
  explicit Upload(Log* log) : log_(*log) {}

  void OnHead(const HttpRequest& head, HttpResponder& response) override {
    log_.text.append("head ").append(head.path()).append(head.body()).append("; ");
    log_.peer = &response.peer();
    bytes_ = 0;
    mirrors_ = head.path() == "/mirror";
    if (head.path() == "/no") {
      response.Send({.status = HttpStatus::kForbidden}, "no");
    } else if (head.path() == "/enough") {
      enough_ = true;
    } else if (mirrors_) {
      response.Begin({});
    } else if (head.path() == "/forgets") {
      forgets_ = true;
    }
  }
  void OnBody(std::string_view piece, HttpResponder& response) override {
    bytes_ += piece.size();
    log_.bytes += piece.size();
    if (mirrors_) response.Write(piece);
    if (enough_ && !response.done()) response.Send({}, "enough");
    if (log_.bytes >= log_.hold_after) response.peer().HoldReading();
  }
  void OnComplete(HttpResponder& response) override {
    log_.text += "complete; ";
    if (mirrors_) {
      response.End();
    } else if (!forgets_) {
      response.Send({}, std::to_string(bytes_) + " bytes");
    }
  }

 private:
  Log& log_;
  std::size_t bytes_ = 0;
  bool mirrors_ = false;
  bool forgets_ = false;
  bool enough_ = false;
};

struct UploadStage : HttpStageBase {
  explicit UploadStage(const StageOptions& options = {}) : HttpStageBase(options) {
    ServeMade(MakerOf<Http1, Upload>(Http1(), &log));
  }
  ~UploadStage() { End(); }

  Log log;
};

std::string Put(std::string_view path, std::string_view body) {
  return "PUT " + std::string(path) +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::string PutInChunks(std::string_view path, std::string_view body) {
  return "PUT " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
         "2\r\n" + std::string(body.substr(0, 2)) + "\r\n1\r\n" + std::string(body.substr(2, 1)) +
         "\r\n0\r\n\r\n";
}

}  // namespace

TEST_CASE("a stream handler sees head, body and completion of each request, however it is cut") {
  UploadStage stage;
  Peer peer(stage.address());
  const std::string requests = Put("/a", "12345") + PutInChunks("/b", "123") + Put("/c", "");
  SECTION("at once") { peer.Send(requests); }
  SECTION("byte by byte") {
    for (const char c : requests) {
      peer.Send({&c, 1});
      stage.Round();
    }
  }
  REQUIRE(stage.Ends(peer, "0 bytes"));
  CHECK(stage.log.text == "head /a; complete; head /b; complete; head /c; complete; ");
  CHECK(CountOf(peer.Pull(), "HTTP/1.1 200") == 3);
  CHECK(CountOf(peer.Pull(), "5 bytes") == 1);
  CHECK(CountOf(peer.Pull(), "3 bytes") == 1);
}

TEST_CASE("an answer before the body ends the connection, and says so") {
  UploadStage stage;
  Peer peer(stage.address());
  peer.Send("PUT /no HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
  REQUIRE(stage.UntilEnded(peer));
  CHECK(peer.Pull().starts_with("HTTP/1.1 403 "));
  CHECK(CountOf(peer.Pull(), "HTTP/1.1") == 1);  // no 100
  CHECK(CountOf(peer.Pull(), "Connection: close\r\n") == 1);
  peer.Send("012345678" + Get());
  stage.Settle();
  CHECK(stage.log.text == "head /no; ");
  CHECK(stage.log.bytes == 0);
}

TEST_CASE("a client that waits gets 100 Continue when the head was taken") {
  UploadStage stage;
  Peer peer(stage.address());
  peer.Send("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  REQUIRE(stage.Until([&] { return peer.Pump() == "HTTP/1.1 100 Continue\r\n\r\n"; }));
  peer.Send("123");
  REQUIRE(stage.Ends(peer, "3 bytes"));
}

TEST_CASE("a service may answer while the request still comes") {
  UploadStage stage;
  Peer peer(stage.address());
  peer.Send("PUT /mirror HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
  REQUIRE(stage.Ends(peer, "\r\n\r\n3\r\nabc\r\n"));
  peer.Send("def" + Get());
  REQUIRE(stage.Ends(peer, "0 bytes"));
  CHECK(CountOf(peer.Pull(), "3\r\ndef\r\n0\r\n\r\nHTTP/1.1 200 OK") == 1);
}

TEST_CASE("a service that holds the connection is sent no more than the socket has") {
  UploadStage stage({.receive_buffer = 4096});
  stage.log.hold_after = 20'000;
  Peer peer(stage.address(), {.send_buffer = 4096});
  const std::string body = Pattern(500'000);
  peer.Send(Put("/a", body));
  REQUIRE(stage.Until([&] {
    peer.Push();
    return stage.log.bytes >= 20'000;
  }));
  for (int i = 0; i < 20; ++i) {
    peer.Push();
    stage.Round();
  }
  stage.Settle();
  const std::size_t got = stage.log.bytes;
  CHECK(got < 200'000);
  CHECK(peer.unsent() > 200'000);
  CHECK(stage.newest()->holds() == HoldBit(Hold::kUser));
  stage.log.hold_after = ~std::size_t{0};
  stage.log.peer->ReleaseReading();
  REQUIRE(stage.Ends(peer, "500000 bytes"));
}

TEST_CASE("an answer that a piece of the body brought about is the only one") {
  UploadStage stage;
  const std::string request =
      GENERATE(Put("/enough", "123"), PutInChunks("/enough", "123"), Put("/no", "123"));
  const std::string got = stage.Ask(request);
  CHECK(CountOf(got, "HTTP/1.1 ") == 1);
  CHECK(got.ends_with(request.starts_with("PUT /no") ? "no" : "enough"));
  CHECK(CountOf(stage.log.text, "complete") == 0);
}

TEST_CASE("a stream handler that gives no answer gives a 500") {
  UploadStage stage;
  const std::string got = stage.Ask(Put("/forgets", "123"));
  CHECK(got.starts_with("HTTP/1.1 500 "));
}

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
