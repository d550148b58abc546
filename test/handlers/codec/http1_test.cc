// Http1: what it accepts, and what it makes of it.
#include "handlers/http/http1.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <string_view>

#include "test/handlers/codec/http_samples.h"

namespace edgewise {
namespace {

// The request is a view of `input`, which must outlive it.
Decoded<HttpPart> DecodeOnce(std::string_view input) { return Http1().Decode(input); }

TEST_CASE("a GET is delivered with all its parts as views of the input") {
  const std::string input =
      "GET /plaintext?a=b HTTP/1.1\r\nHost: example.com:8080\r\nAccept:  text/plain \r\n\r\nrest";
  const auto decoded = DecodeOnce(input);
  REQUIRE(decoded.status == DecodeStatus::kFrame);
  CHECK(decoded.consumed == input.size() - 4);
  const HttpRequest& request = decoded.frame.request;
  CHECK(request.method() == HttpMethod::kGet);
  CHECK(request.method_text() == "GET");
  CHECK(request.target() == "/plaintext?a=b");
  CHECK(request.path() == "/plaintext");
  CHECK(request.query() == "a=b");
  CHECK(request.minor_version() == 1);
  CHECK(request.keep_alive());
  CHECK(request.body().empty());
  CHECK(request.Header("host") == "example.com:8080");
  CHECK(request.Header("ACCEPT") == "text/plain");
  CHECK(request.Header("Cookie") == std::nullopt);
  CHECK(request.target().data() == input.data() + 4);
}

TEST_CASE("a request without header lines is legal in HTTP/1.0") {
  const auto decoded = DecodeOnce("GET / HTTP/1.0\r\n\r\n");
  REQUIRE(decoded.status == DecodeStatus::kFrame);
  CHECK(decoded.frame.request.minor_version() == 0);
  CHECK(decoded.frame.request.headers().empty());
  CHECK(decoded.frame.request.headers().begin() == decoded.frame.request.headers().end());
  CHECK_FALSE(decoded.frame.request.keep_alive());
}

TEST_CASE("a body has the size that Content-Length says") {
  const std::string input =
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n";
  const auto decoded = DecodeOnce(input);
  REQUIRE(decoded.status == DecodeStatus::kFrame);
  CHECK(decoded.frame.request.method() == HttpMethod::kPost);
  CHECK(decoded.frame.request.body() == "hello");
  CHECK(decoded.consumed == input.find("GET"));
  const std::string no_body = GetWith("Content-Length: 000");
  const auto zero = DecodeOnce(no_body);
  REQUIRE(zero.status == DecodeStatus::kFrame);
  CHECK(zero.frame.request.body().empty());
}

TEST_CASE("a body that is not all there comes in parts, as it arrives") {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n";
  Http1 codec;
  CHECK(codec.Decode(head.substr(0, 10)).need == 11);
  const auto first = codec.Decode(head + "abc");
  REQUIRE(first.status == DecodeStatus::kFrame);
  CHECK(first.frame.kind == HttpPart::Kind::kHead);
  CHECK(first.partial);
  CHECK(first.consumed == head.size());
  CHECK(first.frame.request.method() == HttpMethod::kPost);
  CHECK(first.frame.body().empty());
  const auto second = codec.Decode("abc");
  REQUIRE(second.status == DecodeStatus::kFrame);
  CHECK(second.frame.kind == HttpPart::Kind::kBody);
  CHECK(second.frame.body() == "abc");
  CHECK(second.partial);
  CHECK(codec.Decode("").need == 1);
  const auto third = codec.Decode("defmore");
  REQUIRE(third.status == DecodeStatus::kFrame);
  CHECK(third.frame.kind == HttpPart::Kind::kEnd);
  CHECK(third.frame.body() == "def");
  CHECK_FALSE(third.partial);
  CHECK(third.consumed == 3);
}

TEST_CASE("every method has its name") {
  const auto method_of = [](std::string_view name) {
    const std::string target = name == "CONNECT" ? "host:443" : "/";
    const std::string input = std::string(name) + " " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    const auto decoded = DecodeOnce(input);
    CHECK(decoded.frame.request.method_text() == name);
    return decoded.frame.request.method();
  };
  CHECK(method_of("GET") == HttpMethod::kGet);
  CHECK(method_of("HEAD") == HttpMethod::kHead);
  CHECK(method_of("POST") == HttpMethod::kPost);
  CHECK(method_of("PUT") == HttpMethod::kPut);
  CHECK(method_of("DELETE") == HttpMethod::kDelete);
  CHECK(method_of("CONNECT") == HttpMethod::kConnect);
  CHECK(method_of("OPTIONS") == HttpMethod::kOptions);
  CHECK(method_of("TRACE") == HttpMethod::kTrace);
  CHECK(method_of("PATCH") == HttpMethod::kPatch);
  CHECK(method_of("BREW") == HttpMethod::kOther);
  CHECK(method_of("get") == HttpMethod::kOther);
}

TEST_CASE("the connection stays open as version and Connection say") {
  const auto stays = [](std::string_view version, std::string_view line) {
    const std::string input = "GET / HTTP/" + std::string(version) + "\r\nHost: x\r\n" +
                              std::string(line) + (line.empty() ? "\r\n" : "\r\n\r\n");
    const auto decoded = DecodeOnce(input);
    REQUIRE(decoded.status == DecodeStatus::kFrame);
    return decoded.frame.request.keep_alive();
  };
  CHECK(stays("1.1", ""));
  CHECK(stays("1.1", "Connection: keep-alive"));
  CHECK_FALSE(stays("1.1", "Connection: close"));
  CHECK_FALSE(stays("1.1", "connection: Upgrade, CLOSE"));
  CHECK_FALSE(stays("1.1", "Connection: close\r\nConnection: keep-alive"));
  CHECK_FALSE(stays("1.0", ""));
  CHECK(stays("1.0", "Connection: Keep-Alive"));
  CHECK_FALSE(stays("1.0", "Connection: keep-alive, close"));
  CHECK_FALSE(stays("1.0", "Proxy-Connection: keep-alive"));
}

TEST_CASE("one empty line before a request is skipped") {
  const std::string input = "\r\n" + GetWith("A: b");
  const auto decoded = DecodeOnce(input);
  REQUIRE(decoded.status == DecodeStatus::kFrame);
  CHECK(decoded.frame.request.method_text() == "GET");
  CHECK(decoded.frame.request.Header("a") == "b");
  CHECK(decoded.consumed == input.size());
}

TEST_CASE("pipelined requests survive every split") {
  const std::string input = GENERATE(
      std::string("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.0\r\n\r\n"),
      std::string("\r\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\r\nGET / "
                  "HTTP/1.1\r\nhost:\r\n\r\n"),
      std::string("PUT /x HTTP/1.1\r\nHost: y\r\nContent-Length: 4\r\n\r\n\r\n\r\n"
                  "HEAD * HTTP/1.1\r\n\r\n"),
      std::string("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nA: \xe4\r\n\r\n12\r\r\n"),
      std::string("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
  const absl::Status status = CheckHttpSplits(input);
  INFO(input << status);
  CHECK(status.ok());
}

TEST_CASE("a codec decodes the next request as if it were the first") {
  Http1 codec;
  const std::string_view slow = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n";
  for (int round = 0; round < 3; ++round) {
    for (std::size_t size = 0; size < slow.size(); ++size) {
      REQUIRE(codec.Decode(slow.substr(0, size)).status == DecodeStatus::kNeedMore);
    }
    REQUIRE(codec.Decode(slow).frame.kind == HttpPart::Kind::kHead);
    CHECK(codec.Decode("ab").frame.body() == "ab");
    CHECK(codec.Decode("c").frame.kind == HttpPart::Kind::kEnd);
    CHECK(codec.Decode("GET / HTTP/1.0\r\n\r\n").status == DecodeStatus::kFrame);
  }
}

TEST_CASE("a header value may hold tabs and bytes that are not ASCII, and may be empty") {
  const std::string input = GetWith("A: b\tc \xc3\xa4\r\nEmpty:\r\nBlank: \t ");
  const auto decoded = DecodeOnce(input);
  REQUIRE(decoded.status == DecodeStatus::kFrame);
  CHECK(decoded.frame.request.Header("A") == "b\tc \xc3\xa4");
  CHECK(decoded.frame.request.Header("Empty") == "");
  CHECK(decoded.frame.request.Header("Blank") == "");
}

TEST_CASE("all four forms of a target are accepted where they belong") {
  const auto accepted = [](std::string_view line) {
    return DecodeOnce(std::string(line) + " HTTP/1.1\r\nHost: x\r\n\r\n").status ==
           DecodeStatus::kFrame;
  };
  CHECK(accepted("GET /a/b;c?d=%20&e|f"));
  CHECK(accepted("GET http://example.com/a"));
  CHECK(accepted("GET HTTP://[::1]:80?q"));
  CHECK(accepted("OPTIONS *"));
  CHECK(accepted("CONNECT example.com:443"));
}

TEST_CASE("the codec of a connection is small") { CHECK(sizeof(Http1) <= 64); }

}  // namespace
}  // namespace edgewise
