// Bodies as they come, and connections that are held meanwhile.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <string>

#include "handlers/http/http_body_source.h"
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

// 1, 2 and 3, each when the one before has left.
class Numbers final : public HttpBodySource {
  Outcome Produce(HttpResponder& response, std::size_t) override {
    response.Write(std::to_string(++written_));
    return written_ == 3 ? Outcome::kEnd : Outcome::kMore;
  }
  int written_ = 0;
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
    } else if (head.path() == "/numbers") {
      response.SendFrom({}, std::make_unique<Numbers>());
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

TEST_CASE("a request whose answer a source writes is heard of no more") {
  UploadStage stage;
  Peer peer(stage.address());
  const bool at_once = GENERATE(true, false);
  CAPTURE(at_once);
  const std::string first = Put("/numbers", "12345");
  if (at_once) {
    peer.Send(first);
  } else {
    peer.Send(first.substr(0, first.size() - 3));
    stage.Round();
    peer.Send(first.substr(first.size() - 3));
  }
  REQUIRE(stage.Ends(peer, "0\r\n\r\n"));
  CHECK(peer.Pull().find("1\r\n1\r\n1\r\n2\r\n1\r\n3\r\n0\r\n\r\n") != std::string::npos);
  CHECK(stage.log.text == "head /numbers; ");
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

}  // namespace edgewise::handlers_test
