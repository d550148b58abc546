// Http1: everything that it refuses, the answer that it gives, and that the cut never matters.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/http/http1.h"
#include "handlers/http/http_policy.h"
#include "handlers/http/http_refusal.h"
#include "test/handlers/codec/http_samples.h"

namespace edgewise {
namespace {

// A literal with NULs in it.
template <std::size_t kSize>
std::string Bytes(const char (&literal)[kSize]) {
  return std::string(literal, kSize - 1);
}

struct Refused {
  std::string input;
  HttpRefusal refusal;
};

// Each is refused, when whole and at every split, for this reason.
void CheckAll(const std::vector<Refused>& samples) {
  for (const Refused& sample : samples) {
    INFO(sample.input);
    // A request behind it must never be seen.
    const std::string input = sample.input + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    Http1 codec;
    const auto decoded = codec.Decode(input);
    const HttpRefusalWords words = WordsFor(sample.refusal);
    REQUIRE(decoded.status == DecodeStatus::kMalformed);
    CHECK(std::string(decoded.reason) == words.reason);
    CHECK(decoded.farewell == words.farewell);
    const absl::Status status = CheckHttpSplits(input);
    INFO(status);
    CHECK(status.ok());
    // Refused once, refused for good.
    const auto again = codec.Decode("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(again.status == DecodeStatus::kMalformed);
    CHECK(std::string(again.reason) == words.reason);
  }
}

TEST_CASE("lines that do not end in CRLF are refused") {
  CheckAll({
      {"GET / HTTP/1.1\nHost: x\n\n", HttpRefusal::kBareLineFeed},
      {"GET / HTTP/1.1\r\nHost: x\n\r\n", HttpRefusal::kBareLineFeed},
      {"GET / HTTP/1.1\r\nHost: x\r\n\n", HttpRefusal::kBareLineFeed},
      {"\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBareLineFeed},
      {GetWith("A: b\nC: d"), HttpRefusal::kBareLineFeed},
      {GetWith("A: b\rC: d"), HttpRefusal::kBareCarriageReturn},
      {GetWith("A: b\r"), HttpRefusal::kBareCarriageReturn},
      {GetWith("A\r: b"), HttpRefusal::kBadHeaderName},
      {"GET /\r HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"GET / HTTP/1.1\r\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
  });
}

TEST_CASE("malformed request lines are refused") {
  CheckAll({
      {"\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kEmptyRequestLine},
      {" GET / HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadMethod},
      {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"GET /  HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET / HTTP/1.1 \r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadMethod},
      {"GET /\tHTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"G(T / HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadMethod},
      {"GET HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {" HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"/ HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadMethod},
      {"GET / /b HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET\r\n", HttpRefusal::kBadRequestLine},
      {"\x16\x03\x01\x02\r\n", HttpRefusal::kBadRequestLine},
  });
}

TEST_CASE("targets with forbidden bytes or of no known form are refused") {
  CheckAll({
      {"GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"GET /0123456789\x80 HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {Bytes("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n"), HttpRefusal::kBadTarget},
      {"GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"GET a/b HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"GET * HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"GET http://user@host/ HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"GET ftp://host/ HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
      {"CONNECT /a HTTP/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadTarget},
  });
}

TEST_CASE("a forbidden byte is found wherever in the target it stands") {
  for (const std::size_t size : {1u, 7u, 8u, 9u, 16u, 17u, 40u}) {
    const std::string clean = "/" + std::string(size - 1, '"');  // the byte below '#'
    CHECK(CheckTarget(HttpMethod::kGet, clean) == HttpRefusal::kNone);
    for (std::size_t at = 1; at < size; ++at) {
      for (const char c : {'#', '\x80', '\xff', '\xa3'}) {
        std::string target = clean;
        target[at] = c;
        INFO(target);
        CHECK(CheckTarget(HttpMethod::kGet, target) == HttpRefusal::kBadTarget);
      }
    }
  }
}

TEST_CASE("a length that no integer can hold is refused by our policy alone too") {
  CHECK(HttpFieldPolicy().ContentLength("18446744073709551615") == HttpRefusal::kNone);
  for (const std::string_view value :
       {"18446744073709551616", "28446744073709551610", "", "1 ", "-1", "1a"}) {
    INFO(value);
    CHECK(HttpFieldPolicy().ContentLength(value) == HttpRefusal::kBadContentLength);
  }
}

TEST_CASE("versions other than 1.0 and 1.1 are refused") {
  CheckAll({
      {"GET /\r\n", HttpRefusal::kVersionMissing},
      {"GET / HTTP/0.9\r\n\r\n", HttpRefusal::kVersionUnknown},
      {"GET / HTTP/1.2\r\nHost: x\r\n\r\n", HttpRefusal::kVersionUnknown},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", HttpRefusal::kVersionUnknown},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HttpRefusal::kVersionUnknown},
      {"GET / HTTP/1.10\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET / HTTP/11\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET / http/1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET / HTTP/1.x\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET / HTTP/x.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET / HTTP/1_1\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET / HTTP:1.1\r\nHost: x\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET a\r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET \r\n\r\n", HttpRefusal::kBadRequestLine},
      {"GET /a\x01"
       "b\r\n\r\n",
       HttpRefusal::kBadRequestLine},
  });
}

TEST_CASE("malformed header lines are refused") {
  CheckAll({
      {GetWith(" A: b"), HttpRefusal::kFoldedHeader},
      {GetWith("A: b\r\n folded"), HttpRefusal::kFoldedHeader},
      {GetWith("A: b\r\n\tfolded"), HttpRefusal::kFoldedHeader},
      {GetWith("A: b\r\n "), HttpRefusal::kFoldedHeader},
      {"GET / HTTP/1.1\r\n Host: x\r\n\r\n", HttpRefusal::kFoldedHeader},
      {GetWith("A : b"), HttpRefusal::kBadHeaderName},
      {GetWith("A\t: b"), HttpRefusal::kBadHeaderName},
      {GetWith(": b"), HttpRefusal::kBadHeaderName},
      {GetWith("A b: c"), HttpRefusal::kBadHeaderName},
      {GetWith("no colon"), HttpRefusal::kBadHeaderName},
      {GetWith("nocolon"), HttpRefusal::kBadHeaderName},
      {GetWith("A\x80: b"), HttpRefusal::kBadHeaderName},
      {GetWith(Bytes("A\0: b")), HttpRefusal::kBadHeaderName},
      {GetWith(Bytes("A: b\0c")), HttpRefusal::kBadHeaderValue},
      {GetWith("A: b\x01"), HttpRefusal::kBadHeaderValue},
      {GetWith("A: b\x7f"), HttpRefusal::kBadHeaderValue},
  });
}

TEST_CASE("a missing, repeated or malformed Host is refused") {
  CheckAll({
      {"GET / HTTP/1.1\r\n\r\n", HttpRefusal::kHostMissing},
      {"GET / HTTP/1.1\r\nHosts: x\r\n\r\n", HttpRefusal::kHostMissing},
      {GetWith("Host: x"), HttpRefusal::kHostRepeated},
      {GetWith("hOST: y"), HttpRefusal::kHostRepeated},
      {"GET / HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n", HttpRefusal::kHostRepeated},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", HttpRefusal::kBadHost},
      {"GET / HTTP/1.1\r\nHost: user@x\r\n\r\n", HttpRefusal::kBadHost},
      {"GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", HttpRefusal::kBadHost},
      {"GET / HTTP/1.1\r\nHost: \xc3\xa4\r\n\r\n", HttpRefusal::kBadHost},
  });
}

TEST_CASE("a repeated or malformed Content-Length is refused") {
  CheckAll({
      {GetWith("Content-Length: 1\r\nContent-Length: 1"), HttpRefusal::kContentLengthRepeated},
      {GetWith("Content-Length: 1\r\nContent-Length: 2"), HttpRefusal::kContentLengthRepeated},
      {GetWith("Content-Length: 1, 1"), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length: 1,"), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length:"), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length: +1"), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length: -1"), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length: 0x1"), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length: 1 1"), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length: 1;a"), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length: \"1\""), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length: 1.0"), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length: 18446744073709551616"), HttpRefusal::kBadContentLength},
      {GetWith("Content-Length: 18446744073709551615"), HttpRefusal::kBodyTooLarge},
      {GetWith("Content-Length: 99999999999999999999999"), HttpRefusal::kBadContentLength},
  });
}

TEST_CASE("a Transfer-Encoding other than chunked, or beside a Content-Length, is refused") {
  CheckAll({
      {GetWith("Transfer-Encoding: chunked, chunked"), HttpRefusal::kEncodingUnsupported},
      {GetWith("Transfer-Encoding: chunked;q=1"), HttpRefusal::kEncodingUnsupported},
      {GetWith("Transfer-Encoding: xchunked"), HttpRefusal::kEncodingUnsupported},
      {GetWith("Transfer-Encoding: \"chunked\""), HttpRefusal::kEncodingUnsupported},
      {GetWith("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
       HttpRefusal::kEncodingUnsupported},
      {GetWith("Transfer-Encoding: identity"), HttpRefusal::kEncodingUnsupported},
      {GetWith("Transfer-Encoding:"), HttpRefusal::kEncodingUnsupported},
      {GetWith("transfer-encoding: gzip, chunked"), HttpRefusal::kEncodingUnsupported},
      {GetWith("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
       HttpRefusal::kEncodingUnsupported},
      {GetWith("Transfer-Encoding: chunked\r\nContent-Length: 1"), HttpRefusal::kLengthAndEncoding},
      {GetWith("Content-Length: 1\r\nTransfer-Encoding: chunked"), HttpRefusal::kLengthAndEncoding},
      {GetWith("Transfer-Encoding: x\r\nContent-Length: 1"), HttpRefusal::kLengthAndEncoding},
      {GetWith("Content-Length: 0\r\nTransfer-Encoding: identity"),
       HttpRefusal::kLengthAndEncoding},
      {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", HttpRefusal::kEncodingOnOldVersion},
  });
}

TEST_CASE("every refusal has a whole response that says so") {
  CHECK(WordsFor(HttpRefusal::kNone).farewell.empty());
  for (std::size_t i = 1; i < kHttpRefusalCount; ++i) {
    const HttpRefusalWords words = WordsFor(static_cast<HttpRefusal>(i));
    INFO(words.farewell);
    const std::string reason = words.reason;
    const std::string start = "HTTP/1.1 " + std::to_string(words.status) + " ";
    CHECK(words.farewell.substr(0, start.size()) == start);
    CHECK(words.status >= 400);
    const std::string end =
        "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(reason.size() + 1) +
        "\r\nConnection: close\r\n\r\n" + reason + "\n";
    REQUIRE(words.farewell.size() > end.size());
    CHECK(words.farewell.substr(words.farewell.size() - end.size()) == end);
  }
  CHECK(WordsFor(HttpRefusal::kHostMissing).farewell ==
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n"
        "Connection: close\r\n\r\nno Host\n");
}

}  // namespace
}  // namespace edgewise
