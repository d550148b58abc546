// Files as answers: the right bytes with the right words, and nothing from outside the root.
#include "handlers/http/http_files.h"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <initializer_list>
#include <string>

#include "test/handlers/http_file_site.h"

namespace edgewise::handlers_test {

TEST_CASE("a file is answered with its content, its type and what it is known by") {
  FileStage stage;
  const std::string answer = stage.Ask(Get("/a%20b.txt?version=2"));
  CHECK(StatusOf(answer) == 200);
  CHECK(BodyOf(answer) == "0123456789");
  CHECK(FieldOf(answer, "Content-Type") == "text/plain; charset=utf-8");
  CHECK(FieldOf(answer, "Content-Length") == "10");
  CHECK(FieldOf(answer, "Accept-Ranges") == "bytes");
  CHECK(FieldOf(answer, "X-Content-Type-Options") == "nosniff");
  CHECK(FieldOf(answer, "Last-Modified").ends_with(" GMT"));
  CHECK(FieldOf(answer, "ETag").starts_with("\""));
  const std::string head = stage.Ask(GetWith("/a%20b.txt", "", "HEAD"));
  CHECK(FieldOf(head, "Content-Length") == "10");
  CHECK(BodyOf(head).empty());
  CHECK(BodyOf(stage.Ask(Get("/"))) == "<p>home</p>");
  CHECK(BodyOf(stage.Ask(Get("/sub/"))) == "<p>sub</p>");
  CHECK(StatusOf(stage.Ask(Get("/empty"))) == 200);
  CHECK(BodyOf(stage.Ask(Get("/empty"))).empty());
  CHECK(StatusOf(stage.Ask(Get("/.well-known/security.txt"))) == 200);
}

TEST_CASE("nothing outside the root, nothing hidden and no directory is sent") {
  FileStage stage;
  for (const std::string_view path : {"/../secret.txt",
                                      "/%2e%2e/secret.txt",
                                      "/sub/../../secret.txt",
                                      "/..%2fsecret.txt",
                                      "/sub/%2e%2e/%2e%2e/secret.txt",
                                      "/link.txt",
                                      "/.env",
                                      "/%2eenv",
                                      "/.git/config",
                                      "/sub/.",
                                      "//etc/passwd",
                                      "/sub//index.html",
                                      "/etc/passwd",
                                      "/bare/",
                                      "/nothing",
                                      "/index.html/",
                                      "/index.html/x",
                                      "/sub%2findex.html",
                                      "/./index.html",
                                      "/odd/"}) {
    INFO(path);
    const std::string answer = stage.Ask(Get(path));
    CHECK(StatusOf(answer) == 404);
    CHECK(answer.find("secret") == std::string::npos);
  }
  CHECK(StatusOf(stage.Ask(Get("/%00"))) == 400);
  CHECK(StatusOf(stage.Ask(Get("/%zz"))) == 400);
  const std::string post = stage.Ask(GetWith("/", "Content-Length: 0\r\n", "POST"));
  CHECK(StatusOf(post) == 405);
  CHECK(FieldOf(post, "Allow") == "GET, HEAD");
}

TEST_CASE("a directory's name without its slash leads to the one with it, on this host") {
  FileStage stage;
  const std::string answer = stage.Ask(Get("/sub?q=1"));
  CHECK(StatusOf(answer) == 301);
  CHECK(FieldOf(answer, "Location") == "/sub/?q=1");
  CHECK(StatusOf(stage.Ask(Get("//sub"))) == 404);
  CHECK(StatusOf(stage.Ask(Get("/%5cevil.example/"))) == 404);
}

TEST_CASE("ranges: the bytes that were asked for, none, or all") {
  FileStage stage;
  struct Case {
    std::string_view range;
    int status;
    std::string_view body;
    std::string_view content_range;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"bytes=0-0", 206, "0", "bytes 0-0/10"},
           {"bytes=2-4", 206, "234", "bytes 2-4/10"},
           {"bytes=7-", 206, "789", "bytes 7-9/10"},
           {"bytes=-3", 206, "789", "bytes 7-9/10"},
           {"bytes=-99", 206, "0123456789", "bytes 0-9/10"},
           {"BYTES=9-99999999999999999999999", 206, "9", "bytes 9-9/10"},
           {"bytes=10-", 416, "there are no such bytes in it\n", "bytes */10"},
           {"bytes=-0", 416, "there are no such bytes in it\n", "bytes */10"},
           {"bytes=4-2", 200, "0123456789", ""},
           {"bytes=1-2,4-5", 200, "0123456789", ""},
           {"bytes=", 200, "0123456789", ""},
           {"bytes=-", 200, "0123456789", ""},
           {"bytes=a-b", 200, "0123456789", ""},
           {"bytes=1--2", 200, "0123456789", ""},
           {"lines=1-2", 200, "0123456789", ""}}) {
    INFO(one.range);
    const std::string answer =
        stage.Ask(GetWith("/a%20b.txt", "Range: " + std::string(one.range) + "\r\n"));
    CHECK(StatusOf(answer) == one.status);
    CHECK(BodyOf(answer) == one.body);
    CHECK(FieldOf(answer, "Content-Range") == one.content_range);
  }
  CHECK(StatusOf(stage.Ask(GetWith("/a%20b.txt", "Range: bytes=0-0\r\n", "HEAD"))) == 200);
}

TEST_CASE("a client that has it already is told so; one that means another is refused") {
  FileStage stage;
  const std::string first = stage.Ask(Get("/a%20b.txt"));
  const std::string tag = FieldOf(first, "ETag");
  const std::string date = FieldOf(first, "Last-Modified");
  const auto status = [&](const std::string& fields) {
    const std::string answer = stage.Ask(GetWith("/a%20b.txt", fields));
    if (StatusOf(answer) == 304) {
      CHECK(BodyOf(answer).empty());
      CHECK(FieldOf(answer, "ETag") == tag);
      CHECK(FieldOf(answer, "Content-Length").empty());
    }
    return StatusOf(answer);
  };
  CHECK(status("If-None-Match: " + tag + "\r\n") == 304);
  CHECK(status("If-None-Match: \"x\", W/" + tag + "\r\n") == 304);
  CHECK(status("If-None-Match: *\r\n") == 304);
  CHECK(status("If-None-Match: \"x\"\r\n") == 200);
  CHECK(status("If-Modified-Since: " + date + "\r\n") == 304);
  CHECK(status("If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n") == 200);
  CHECK(status("If-Modified-Since: not a date\r\n") == 200);
  // The tag decides where both are given.
  CHECK(status("If-None-Match: \"x\"\r\nIf-Modified-Since: " + date + "\r\n") == 200);
  CHECK(status("If-Match: " + tag + "\r\n") == 200);
  CHECK(status("If-Match: \"x\"\r\n") == 412);
  CHECK(status("If-Match: W/" + tag + "\r\n") == 412);
  CHECK(status("If-Unmodified-Since: " + date + "\r\n") == 200);
  CHECK(status("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n") == 412);
  const std::string range = "Range: bytes=0-0\r\n";
  CHECK(status(range + "If-Range: " + tag + "\r\n") == 206);
  CHECK(status(range + "If-Range: " + date + "\r\n") == 206);
  CHECK(status(range + "If-Range: \"x\"\r\n") == 200);
  CHECK(status(range + "If-Range: W/" + tag + "\r\n") == 200);
  CHECK(status(range + "If-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n") == 200);
  // One list in two fields.
  CHECK(status("If-Match: \"x\"\r\nIf-Match: " + tag + "\r\n") == 200);
  stage.folder.Write("site/a b.txt", "9876543210");
  const std::string fresh = FieldOf(stage.Ask(Get("/a%20b.txt")), "Last-Modified");
  CHECK(status(range + "If-Range: " + fresh + "\r\n") == 200);  // too young to be relied on
  CHECK(status("If-None-Match: " + tag + "\r\n") == 200);
}

TEST_CASE("a large file goes through whole, in turns, in its place among other answers") {
  FileStage stage({.send_buffer = 16384});
  Peer peer(stage.address(), {.receive_buffer = 16384});
  peer.Send(Get("/a%20b.txt") + Get("/large.bin") + Get("/empty") +
            GetWith("/large.bin", "Range: bytes=100-999999\r\n") + Get("/a%20b.txt"));
  const std::string large = Pattern(FileStage::kLarge);
  REQUIRE(stage.Until([&] { return CountOf(peer.Pump().substr(0, 4000), "HTTP/1.1 ") == 2; }));
  CHECK(stage.newest()->buffered() < 100'000);
  REQUIRE(stage.Until([&] {
    return peer.Pump().size() > FileStage::kLarge + 999'000 && peer.Pump().ends_with("0123456789");
  }));
  const std::string_view got = peer.Pull();
  CHECK(CountOf(got, "HTTP/1.1 200") == 4);
  CHECK(CountOf(got, "HTTP/1.1 206") == 1);
  CHECK(CountOf(got, large) == 1);
  CHECK(CountOf(got, "\r\n\r\n" + large.substr(100, 999'900) + "HTTP/1.1 200") == 1);
  stage.Settle();
  CHECK(stage.Buffered() == 0);
  CHECK(stage.kernel.calls(Call::kSendFile) > 10);
}

TEST_CASE("many large files that nobody reads hold the connection, not memory or descriptors") {
  FileStage stage({.send_buffer = 4096});
  Peer peer(stage.address(), {.receive_buffer = 4096});
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += Get("/large.bin");
  peer.Send(requests);
  REQUIRE(stage.Until([&] { return stage.newest() != nullptr && stage.newest()->holds() != 0; }));
  stage.Settle();
  CHECK(stage.http.requests == 1);
  CHECK(stage.newest()->holds() == HoldBit(Hold::kHighWater));
  CHECK(stage.newest()->buffered() < 20'000);
  const std::size_t expected = 50 * FileStage::kLarge;
  std::size_t got = 0;
  REQUIRE(stage.Until([&] {
    got += peer.Pump().size();
    peer.Forget();
    return got >= expected;
  }));
  CHECK(stage.http.requests == 50);
}

TEST_CASE("a file of the far future is served, and its part is not said to be kept") {
  FileStage stage({}, {.cache_control = "max-age=60"});
  std::filesystem::last_write_time(
      stage.folder / "site/empty",
      std::filesystem::file_time_type::clock::now() + std::chrono::hours(24 * 365 * 150));
  const std::string answer = stage.Ask(Get("/empty"));
  CHECK(StatusOf(answer) == 200);
  CHECK(FieldOf(answer, "Last-Modified") == FieldOf(answer, "Date"));
  const std::string none = stage.Ask(GetWith("/a%20b.txt", "Range: bytes=99-\r\n"));
  CHECK(StatusOf(none) == 416);
  CHECK(FieldOf(none, "Cache-Control").empty());
  CHECK(FieldOf(none, "ETag").empty());
}

TEST_CASE("a site may say how long its files may be kept") {
  FileStage stage({}, {.index = "", .cache_control = "max-age=60"});
  CHECK(FieldOf(stage.Ask(Get("/a%20b.txt")), "Cache-Control") == "max-age=60");
  CHECK(StatusOf(stage.Ask(Get("/"))) == 404);
}

}  // namespace edgewise::handlers_test
