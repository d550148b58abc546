// HTTP answers when something is in the way: of their files, their heads, their order, their log.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <string>

#include "handlers/access_log.h"
#include "handlers/http/server_sent_event.h"
#include "test/handlers/http_file_site.h"
#include "test/handlers/peer.h"
#include "test/reactor/death.h"

namespace edgewise::handlers_test {
namespace {

// Its answer to one request does what `answer` says; its last words.
std::string LastWordsOf(void (*answer)(HttpResponder&)) {
  return DeathMessage([answer] {
    HttpStage stage;
    stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) { answer(response); };
    stage.Ask(Get());
  });
}

bool Says(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("a small file that is cut, or cannot be read, once its head was made is broken off") {
  FileStage stage;
  SECTION("cut") { stage.kernel.Limit(Call::kReadAt, 0, {.first = 2}); }
  SECTION("unreadable") { stage.kernel.Fail(Call::kReadAt, Error::kNoMemory, {.first = 2}); }
  stage.kernel.Limit(Call::kReadAt, 4, {.first = 1});
  Peer peer(stage.address());
  peer.Send(Get("/a%20b.txt"));
  REQUIRE(stage.UntilOver(peer));
  CHECK(stage.closes(CloseCause::kAbandoned) == 1);
  CHECK_FALSE(Says(std::string(peer.Pull()), "0123456789"));
}

TEST_CASE("reads of a small file that fall short or are interrupted lose nothing") {
  FileStage stage;
  stage.kernel.Fail(Call::kReadAt, Error::kInterrupted, {.first = 2, .count = 2});
  stage.kernel.Limit(Call::kReadAt, 3, FaultyKernel::kAlways);
  CHECK(BodyOf(stage.Ask(Get("/a%20b.txt"))) == "0123456789");
  CHECK(stage.kernel.calls(Call::kReadAt) == 6);
}

TEST_CASE("opening a file while names change is tried again, and given up at last") {
  FileStage stage;
  stage.kernel.Fail(Call::kOpenBeneath, Error::kInterrupted, {.first = 1, .count = 3});
  CHECK(StatusOf(stage.Ask(Get("/a%20b.txt"))) == 200);
  stage.kernel.Fail(Call::kOpenBeneath, Error::kWouldBlock, {.first = 1, .count = 4});
  CHECK(StatusOf(stage.Ask(Get("/a%20b.txt"))) == 503);
}

TEST_CASE("a root that may be entered but not read serves the names that are known") {
  const ScratchFolder folder;
  folder.Write("known.txt", "known");
  FaultyKernel kernel{LinuxKernel::Instance()};
  kernel.Fail(Call::kOpenBeneath, Error::kAccessDenied);
  CHECK(HttpFiles::Open(folder.path(), {}, kernel).ok());
}

TEST_CASE("files beneath a prefix: the rest of the path names them, and leads to no other host") {
  FileStage stage;
  stage.http.on_request = [&](const HttpRequest& request, HttpResponder& response) {
    const std::string_view path = request.path();
    stage.files->Answer(request, path.substr(path.rfind('/') + 1), response);
  };
  CHECK(BodyOf(stage.Ask(Get("/files/a%20b.txt"))) == "0123456789");
  const std::string redirect = stage.Ask(Get("/files/sub"));
  CHECK(StatusOf(redirect) == 301);
  CHECK(FieldOf(redirect, "Location") == "/files/sub/");
  // A client would take this one's for another host.
  const std::string answer = stage.Ask(Get("//evil.example/sub"));
  CHECK(StatusOf(answer) == 404);
  CHECK(FieldOf(answer, "Location").empty());
}

TEST_CASE("a suffix of an empty file is no part of it") {
  FileStage stage;
  const std::string answer = stage.Ask(GetWith("/empty", "Range: bytes=-5\r\n"));
  CHECK(StatusOf(answer) == 416);
  CHECK(FieldOf(answer, "Content-Range") == "bytes */0");
}

TEST_CASE("lists of tags that are malformed match nothing from there on") {
  FileStage stage;
  const std::string tag = FieldOf(stage.Ask(Get("/a%20b.txt")), "ETag");
  const auto status = [&](const std::string& list) {
    return StatusOf(stage.Ask(GetWith("/a%20b.txt", "If-None-Match: " + list + "\r\n")));
  };
  CHECK(status(tag + ", nonsense") == 304);
  CHECK(status("nonsense, " + tag) == 200);
  CHECK(status("W/") == 200);
  CHECK(status("\"unfinished") == 200);
  CHECK(status("\"unfinished, " + tag) == 200);
}

TEST_CASE("an answer whose head has kilobytes arrives whole") {
  HttpStage stage;
  const std::string value(3000, 'v');
  stage.http.on_request = [&](const HttpRequest&, HttpResponder& response) {
    const std::array headers{*HttpHeader::From("Policy", value)};
    response.Send({.headers = headers}, "body");
  };
  const std::string got = stage.Ask(Get() + Get());
  CHECK(CountOf(got, "\r\nPolicy: " + value + "\r\n\r\nbody") == 2);
}

TEST_CASE("a stream of events begins with its type, and nobody is to keep it") {
  HttpStage stage;
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    CHECK(BeginEvents(response) == SendResult::kAccepted);
    CHECK(response.Write(ServerSentEvent{.data = "12.5"}.Text()) == SendResult::kAccepted);
    response.End();
  };
  const std::string got = stage.Ask(Get());
  CHECK(Says(got, "\r\nContent-Type: text/event-stream\r\n"));
  CHECK(Says(got, "\r\nCache-Control: no-store\r\n"));
  CHECK(got.ends_with("\r\n\r\nc\r\ndata: 12.5\n\n\r\n0\r\n\r\n"));
}

TEST_CASE("calls on an answer in an order that makes no sense say so and end the process") {
  CHECK(Says(LastWordsOf([](HttpResponder& response) {
               response.Send({}, "one");
               response.Send({}, "two");
             }),
             "a request was answered twice"));
  CHECK(Says(LastWordsOf([](HttpResponder& response) { response.Write("before Begin"); }),
             "between Begin and End"));
  CHECK(
      Says(LastWordsOf([](HttpResponder& response) { response.End(); }), "between Begin and End"));
  CHECK(Says(LastWordsOf([](HttpResponder& response) {
               response.Send({}, "now");
               response.Later();
             }),
             "the request has been answered already"));
}

TEST_CASE("on a connection that its service has closed, every kind of answer is told so") {
  HttpStage stage;
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    response.peer().Close();
    CHECK(response.Send({}, "too late") == SendResult::kClosed);
    CHECK(response.Begin({}) == SendResult::kClosed);
    CHECK(response.SendFrom({}, nullptr) == SendResult::kClosed);
    CHECK(response.SendFile({}, {.file = nullptr, .bytes = 5}) == SendResult::kClosed);
    CHECK(response.Upgrade("other", {}, nullptr) == SendResult::kClosed);
    CHECK(response.Write("too late") == SendResult::kClosed);
    CHECK(response.End() == SendResult::kClosed);
    response.Later();
    response.Resume();
  };
  CHECK(stage.Ask(Get()).empty());
  CHECK(stage.closes(CloseCause::kLocal) == 1);
}

TEST_CASE("a line that the access log has no room for is counted") {
  const ScratchFolder folder;
  auto log = AccessLog::Open(folder / "log", AccessLogFormat::kCommon);
  REQUIRE(log.ok());
  HttpStage stage({.access_log = log->get()});
  stage.http.on_request = [](const HttpRequest&, HttpResponder& response) {
    response.Send({}, "");
  };
  Peer peer(stage.address());
  const std::string filler(AccessLog::kBufferBytesMax / 4, 'x');
  // The writer empties the buffer now and then: until a request meets it full.
  REQUIRE(stage.Until([&] {
    peer.Send(Get());
    while ((*log)->Append(filler)) {
    }
    while ((*log)->Append("xxxxxxxx")) {
    }
    return stage.counters().connection.log_lines_dropped != 0;
  }));
  CHECK((*log)->counters().dropped > 0);
}

}  // namespace edgewise::handlers_test
