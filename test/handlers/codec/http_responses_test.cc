// HttpResponses: where each response ends, whatever the cuts; and what is refused.
#include "handlers/http/http_responses.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <string_view>

#include "handlers/split_checker.h"

namespace edgewise {
namespace {

// "200+" a head and that the connection stays ("-": it does not, "~": to the end of the stream),
// "(...)" an interim one, then the fields if `kFields`, the body, and "." at the end.
struct ToText {
  std::string operator()(const HttpResponsePart& part) const {
    using Kind = HttpResponsePart::Kind;
    std::string text;
    if (part.kind == Kind::kInterim) return "(" + std::to_string(part.status) + ")";
    if (part.kind == Kind::kWhole || part.kind == Kind::kHead) {
      text = std::to_string(part.status);
      text += part.until_close ? '~' : part.keep_alive ? '+' : '-';
    }
    text += part.body;
    if (part.last()) text += '.';
    return text;
  }
};

struct Outcome {
  std::string text;
  std::string reason;
};

Outcome Read(std::string_view stream, const HttpResponses& codec = HttpResponses()) {
  using Feeder = SplitFeeder<HttpResponses, ToText>;
  Feeder feeder(codec, Feeder::Asking::kAfterEachPiece);
  feeder.Feed(stream);
  Outcome outcome{.reason = feeder.outcome().reason};
  for (const std::string& frame : feeder.outcome().frames) outcome.text += frame;
  CHECK(feeder.outcome().broken_contract.empty());
  const absl::Status same = CheckAllSplits(
      codec, stream, {.random_cuts = 40, .equality = SplitEquality::kJoined}, ToText());
  INFO(same);
  CHECK(same.ok());
  return outcome;
}

struct Row {
  std::string_view stream;
  std::string_view text;
};

TEST_CASE("A response ends where RFC 9112, 6.3, says") {
  const auto row = GENERATE(
      Row{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200+hello."},
      Row{"HTTP/1.1 200 OK\r\ncontent-length:5\r\nDate: x\r\n\r\nhelloHTTP/1.1 404 \r\n"
          "Content-Length: 0\r\n\r\n",
          "200+hello.404+."},
      Row{"HTTP/1.1 200\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "200+ok."},
      Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\n"
          "T: x\r\n\r\n",
          "200+abcde."},
      Row{"HTTP/1.1 200 OK\r\nUser-Agent: close\r\nAccept-Charset: 7\r\nIf-Modified-Since: now\r\n"
          "Connection: x, close\r\nConnection: keep-alive\r\nContent-Length: \t 2 \t\r\n\r\nok",
          "200-ok."},
      Row{"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nConnection: keep-alive\r\n"
          "Content-Length: 0\r\n\r\n",
          "200+."},
      Row{"HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
          "200-."},
      Row{"HTTP/1.1 200 OK\r\n\r\nto the end", "200~to the end"},
      Row{"HTTP/1.0 200 OK\r\n\r\nto the end", "200~to the end"},
      Row{"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 N\r\nContent-Length: 9\r\n\r\n",
          "204+.304+."},
      Row{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 H\r\nLink: x\r\n\r\n"
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
          "(100)(103)200+x."},
      Row{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "101+."},
      Row{"HTTP/1.1 500 Oops\r\nConnection: Close\r\nContent-Length: 3\r\n\r\nerr", "500-err."},
      Row{"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "200-x."},
      Row{"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", "200+x."});
  CAPTURE(row.stream);
  const Outcome outcome = Read(row.stream);
  CHECK(outcome.text == row.text);
  CHECK(outcome.reason.empty());
}

TEST_CASE("The answers to HEAD have no body, whatever they announce") {
  const HttpResponses codec({.to = HttpResponsesTo::kHead});
  const Outcome outcome = Read(
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 404 N\r\n\r\n",
      codec);
  CHECK(outcome.text == "200+.200+.404+.");
  CHECK(outcome.reason.empty());
}

TEST_CASE("What makes the end of a response doubtful is refused") {
  const auto row = GENERATE(
      Row{"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "line that does not end in CRLF"},
      Row{"\nHTTP/1.1 200 OK\r\n\r\n", "line that does not end in CRLF"},
      Row{"\r\nHTTP/1.1 200 OK\r\n\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"HTTP/2.0 200 OK\r\n\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"HTTP/1.1 2000 OK\r\n\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"HTTP/1.1 099 OK\r\n\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"HTTP/1.1  200 OK\r\n\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"Hello, World!\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"HTTP/1.1 2x0 OK\r\n\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"HTTP/1.1 20: OK\r\n\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"HTTP/1.1 :00 OK\r\n\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"HTTP/1.2 200 OK\r\n\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"HTTP/1.1\t200 OK\r\n\r\n", "not a status line of HTTP/1.0 or 1.1"},
      Row{"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "folded header line"},
      Row{"HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n\r\n", "folded header line"},
      Row{"HTTP/1.1 200 OK\r\nA\t: b\r\n\r\n", "white space before a colon"},
      Row{"HTTP/1.1 200 OK\r\nhello\r\n\r\n", "header line without a name and a colon"},
      Row{"HTTP/1.1 200 OK\r\n: x\r\n\r\n", "header line without a name and a colon"},
      Row{"HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nabc", "white space before a colon"},
      Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
          "transfer encoding other than chunked"},
      Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
          "transfer encoding other than chunked"},
      Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
          "both Content-Length and Transfer-Encoding"},
      Row{"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding in HTTP/1.0"},
      Row{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
          "Content-Length that is no number, or two different ones"},
      Row{"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n",
          "Content-Length that is no number, or two different ones"},
      Row{"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n",
          "Content-Length that is no number, or two different ones"},
      Row{"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
          "Content-Length that is no number, or two different ones"},
      Row{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
          "chunk size that is not hexadecimal or too large"});
  CAPTURE(row.stream);
  const Outcome outcome = Read(row.stream);
  if (row.text.starts_with("chunk size")) {
    CHECK_FALSE(outcome.reason.empty());  // HttpBodyReader's own words
  } else {
    CHECK(outcome.reason == row.text);
    CHECK(outcome.text.empty());
  }
}

TEST_CASE("A head may be as large as the maximum and no larger") {
  const std::string head = "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n";
  CHECK(Read(head, HttpResponses({.head_bytes_max = head.size()})).text == "204+.");
  const Outcome larger = Read(head, HttpResponses({.head_bytes_max = head.size() - 1}));
  CHECK(larger.reason == "head of more bytes than the maximum");
  // … also when the end of it never comes.
  CHECK(Read(head.substr(0, 20), HttpResponses({.head_bytes_max = 20})).reason == larger.reason);
}

TEST_CASE("Behind a refusal nothing is read, and the reason stays") {
  HttpResponses codec;
  const Decoded<HttpResponsePart> first = codec.Decode("nonsense\r\n");
  const Decoded<HttpResponsePart> second = codec.Decode("HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(first.status == DecodeStatus::kMalformed);
  CHECK(second.status == DecodeStatus::kMalformed);
  CHECK(second.reason == first.reason);
}

TEST_CASE("Fields are a view of their lines") {
  HttpResponses codec;
  const std::string stream = "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n";
  const Decoded<HttpResponsePart> decoded = codec.Decode(stream);
  REQUIRE(decoded.status == DecodeStatus::kFrame);
  CHECK(decoded.frame.fields == "A: b\r\nContent-Length: 0\r\n");
  CHECK(decoded.consumed == stream.size());
}

}  // namespace
}  // namespace edgewise
