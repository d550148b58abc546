// The access log: its lines, and that nobody waits for it.
#include "handlers/access_log.h"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "handlers/http/http_access_record.h"
#include "test/handlers/http_file_site.h"
#include "test/handlers/http_script.h"
#include "test/handlers/peer.h"
#include "test/support/scratch_folder.h"

namespace edgewise::handlers_test {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

HttpRequest Request(std::string_view target, std::string_view fields = {}) {
  return HttpRequest(
      {.method_text = "GET", .target = target, .header_text = fields, .method = HttpMethod::kGet});
}

PeerAddress Somebody() { return PeerAddress(SocketAddress::Ipv4({192, 0, 2, 7}, 4711)); }

const WallTime kThen = WallTime(std::chrono::milliseconds(784111777123));
const Time kBegan{std::chrono::hours(1)};

}  // namespace

TEST_CASE("the common format is that of every tool") {
  HttpAccessRecord record;
  record.Begin(Request("/a?b=c"), kThen, kBegan);
  record.set_status(HttpStatus::kOk);
  record.AddBytes(2326);
  CHECK(record.Line(AccessLogFormat::kCommon, Somebody(), kBegan) ==
        "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b=c HTTP/1.1\" 200 2326\n");
  record.Begin(Request("/"), kThen, kBegan);
  CHECK(record.Line(AccessLogFormat::kCommon,
                    PeerAddress(SocketAddress::Ipv6({0x20, 0x01, 0x0d, 0xb8}, 1)), kBegan) ==
        "2001:db8:: - - [06/Nov/1994:08:49:37 +0000] \"GET / HTTP/1.1\" 499 -\n");
  record.Begin(HttpRequest(), kThen, kBegan);
  record.set_status(HttpStatus::kBadRequest);
  CHECK(record.Line(AccessLogFormat::kCommon, PeerAddress(SocketAddress::Unix("")), kBegan) ==
        "- - - [06/Nov/1994:08:49:37 +0000] \"-\" 400 -\n");
}

TEST_CASE("the JSON format has the rest") {
  HttpAccessRecord record;
  record.Begin(Request("/a", "Referer: http://x/\r\nUser-Agent: me/1.0\r\n"), kThen, kBegan);
  record.set_status(HttpStatus::kNotFound);
  record.AddBytes(5);
  CHECK(record.Line(AccessLogFormat::kJson, Somebody(), kBegan + std::chrono::milliseconds(12)) ==
        "{\"time\":\"1994-11-06T08:49:37.123Z\",\"peer\":\"192.0.2.7\",\"method\":\"GET\","
        "\"target\":\"/a\",\"version\":\"1.1\",\"status\":404,\"bytes\":5,"
        "\"microseconds\":12000,\"referer\":\"http://x/\",\"user_agent\":\"me/1.0\"}\n");
}

TEST_CASE("what a client sent cannot break a line or an object") {
  HttpAccessRecord record;
  record.Begin(Request("/\"\\", "User-Agent: \"\\\t\xc3\xa9\r\n"), kThen, kBegan);
  CHECK(record.Line(AccessLogFormat::kCommon, Somebody(), kBegan).find("\"GET /\\x22\\x5c HTTP") !=
        std::string_view::npos);
  CHECK(record.Line(AccessLogFormat::kJson, Somebody(), kBegan)
            .find("\"user_agent\":\"\\u0022\\u005c\\u0009\\u00c3\\u00a9\"") !=
        std::string_view::npos);
}

TEST_CASE("every line that is taken is written, in order, whatever the file does") {
  const ScratchFolder folder;
  FaultyKernel kernel{LinuxKernel::Instance()};
  kernel.Limit(Call::kAppend, 7, {.first = 1, .count = 20});
  kernel.Fail(Call::kAppend, Error::kInterrupted, {.first = 3, .count = 4});
  std::string expected;
  {
    auto log = AccessLog::Open(folder / "log", AccessLogFormat::kCommon, kernel);
    REQUIRE(log.ok());
    for (int i = 0; i < 1000; ++i) {
      const std::string line = "line " + std::to_string(i) + "\n";
      expected += line;
      REQUIRE((*log)->Append(line));
    }
    CHECK((*log)->counters().lines == 1000);
  }
  CHECK(ReadFile(folder / "log") == expected);
  CHECK(kernel.open_handles() == 0);
  CHECK(kernel.faults() == 20);
}

TEST_CASE("a log that is named with a hyphen goes to a duplicate of the standard output") {
  FaultyKernel kernel{LinuxKernel::Instance()};
  {
    const auto log = AccessLog::Open("-", AccessLogFormat::kCommon, kernel);
    REQUIRE(log.ok());
    CHECK(kernel.calls(Call::kDuplicate) == 1);
    CHECK(kernel.calls(Call::kOpenLog) == 0);
  }
  CHECK(kernel.open_handles() == 0);
  kernel.Fail(Call::kDuplicate, Error::kBadHandle);
  const auto refused = AccessLog::Open("-", AccessLogFormat::kCommon, kernel);
  CHECK(refused.status().message().find("the access log - cannot be opened: EBADF") !=
        absl::string_view::npos);
}

TEST_CASE("a full disk drops lines, counts them, says so once, and goes on when it can") {
  const ScratchFolder folder;
  FaultyKernel kernel{LinuxKernel::Instance()};
  kernel.Fail(Call::kAppend, Error::kNoSpace, FaultyKernel::kAlways);
  auto log = AccessLog::Open(folder / "log", AccessLogFormat::kCommon, kernel);
  REQUIRE(log.ok());
  const auto dropped = [&](std::uint64_t count) {
    while ((*log)->counters().dropped < count) std::this_thread::yield();
  };
  CHECK((*log)->Append("one\n"));
  dropped(1);
  CHECK((*log)->Append("two\n"));
  dropped(2);
  CHECK(kernel.log().size() == 1);
  kernel.Heal();
  CHECK((*log)->Append("three\n"));
  log->reset();
  CHECK(ReadFile(folder / "log") == "three\n");
}

TEST_CASE("a buffer that is full drops the line, and takes the next when there is room") {
  const ScratchFolder folder;
  auto log = AccessLog::Open(folder / "log", AccessLogFormat::kCommon);
  REQUIRE(log.ok());
  const std::string most(AccessLog::kBufferBytesMax, 'x');
  CHECK_FALSE((*log)->Append(most + "\n"));
  CHECK((*log)->counters().dropped == 1);
  CHECK((*log)->Append(most));
  log->reset();
  CHECK(ReadFile(folder / "log") == most);
}

TEST_CASE("a log that cannot be opened says which and why") {
  const ScratchFolder folder;
  const auto log = AccessLog::Open(folder / "no/log", AccessLogFormat::kCommon);
  CHECK(log.status().message().find("no/log cannot be opened: ENOENT") != absl::string_view::npos);
}

TEST_CASE("each request is in the log: answered, refused, broken off, or never answered") {
  const ScratchFolder folder;
  auto log = AccessLog::Open(folder / "log", AccessLogFormat::kCommon);
  REQUIRE(log.ok());
  {
    HttpStage stage({.worker = {.buffer_bytes_max = 50'000, .memory_policy = MemoryPolicy::kRefuse},
                     .access_log = log->get()});
    stage.http.on_request = [](const HttpRequest& request, HttpResponder& response) {
      if (request.path() == "/later") {
        response.Later();
      } else if (request.path() == "/pieces") {
        response.Begin({});
        response.Write("hello");
        response.End();
      } else if (request.path() == "/abandoned") {
        response.Begin({}, 10);
        response.Write("hell");
        response.End();
      } else {
        response.Send({}, "Hello");
      }
    };
    stage.Ask(Get("/a") + Get("/pieces") + "HEAD /head HTTP/1.0\r\n\r\n");
    stage.Ask(Get("/b") + "nonsense\r\n\r\n" + Get("/never"));
    stage.Ask("POST /cut HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    stage.Ask("POST /much HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" +
              std::string(90'000, 'x'));
    Peer abandoned(stage.address());
    abandoned.Send(Get("/abandoned"));
    REQUIRE(stage.Until([&] { return stage.closes(CloseCause::kAbandoned) == 1; }));
    Peer later(stage.address());
    later.Send(Get("/later"));
    REQUIRE(stage.Until([&] { return stage.http.requests == 6; }));
    later.Reset();
    REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
    CHECK(stage.counters().connection.answers[2] == 5);
  }
  log->reset();
  const std::string text = ReadFile(folder / "log");
  const std::regex stamp(R"(127\.0\.0\.1 - - \[[^\]]*\] )");
  CHECK(std::regex_replace(text, stamp, "") ==
        "\"GET /a HTTP/1.1\" 200 5\n\"GET /pieces HTTP/1.1\" 200 5\n\"HEAD /head HTTP/1.0\" 200 -\n"
        "\"GET /b HTTP/1.1\" 200 5\n\"-\" 400 -\n\"POST /cut HTTP/1.1\" 400 -\n"
        "\"POST /much HTTP/1.1\" 503 -\n\"GET /abandoned HTTP/1.1\" 200 4\n\"GET /later HTTP/1.1\" "
        "499 -\n");
}

TEST_CASE("the bytes of a file are in the log, whichever way it was sent") {
  const ScratchFolder folder;
  auto log = AccessLog::Open(folder / "log", AccessLogFormat::kCommon);
  REQUIRE(log.ok());
  {
    FileStage stage({.access_log = log->get()});
    stage.Ask(GetWith("/a%20b.txt", "") + GetWith("/a%20b.txt", "Range: bytes=2-4\r\n") +
              GetWith("/a%20b.txt", "", "HEAD") + GetWith("/empty", "") +
              GetWith("/large.bin", "Connection: close\r\n"));
    REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  }
  log->reset();
  const std::string text = ReadFile(folder / "log");
  std::vector<std::string> told;
  for (std::size_t at = 0; (at = text.find("HTTP/1.1\" ", at)) != std::string::npos; ++at) {
    told.push_back(text.substr(at + 10, text.find('\n', at) - at - 10));
  }
  CHECK(told == std::vector<std::string>{"200 10", "206 3", "200 -", "200 -", "200 3000000"});
}

}  // namespace edgewise::handlers_test
