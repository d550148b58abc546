// Http1: bodies in chunks: what they are made into, what is refused, and that no cut matters.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/http/http1.h"
#include "handlers/http/http_refusal.h"
#include "test/handlers/codec/http_samples.h"

namespace edgewise {
namespace {

constexpr std::string_view kHead =
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kNext = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

std::string Chunked(std::string_view chunks) { return std::string(kHead).append(chunks); }

// What a request with these chunks is made into, up to the request behind it; the same when whole
// and at every split.
std::string BodyOf(std::string_view chunks, const Http1& codec = Http1()) {
  const std::string input = Chunked(chunks).append(kNext);
  INFO(input);
  const absl::Status status = CheckHttpSplits(input, codec);
  INFO(status);
  CHECK(status.ok());
  const std::string text = Decoding(input, codec);
  const std::string before = "POST 3 / 1 open|Host=x|Transfer-Encoding=chunked|";
  const std::string after = "GET 1 /next 1 open|Host=x|\n";
  REQUIRE(text.substr(0, before.size()) == before);
  const std::string rest = text.substr(before.size());
  const std::size_t refused = rest.find("refused: ");
  if (refused != std::string::npos) return rest.substr(refused);
  REQUIRE(rest.size() >= after.size() + 1);
  CHECK(rest.substr(rest.size() - after.size()) == after);
  return rest.substr(0, rest.size() - after.size() - 1);
}

std::string Refused(HttpRefusal refusal) {
  return std::string("refused: ") + WordsFor(refusal).reason;
}

TEST_CASE("a body in chunks is what its chunks hold") {
  CHECK(BodyOf("0\r\n\r\n").empty());
  CHECK(BodyOf("5\r\nhello\r\n0\r\n\r\n") == "hello");
  CHECK(BodyOf("5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n") == "hello, world");
  CHECK(BodyOf("a\r\n0123456789\r\n0\r\n\r\n") == "0123456789");
  CHECK(BodyOf("A\r\n0123456789\r\n000\r\n\r\n") == "0123456789");
  CHECK(BodyOf("0000000000000003\r\nabc\r\n0\r\n\r\n") == "abc");
  CHECK(BodyOf("2\r\n\r\n\r\n0\r\n\r\n") == "\r\n");
  CHECK(BodyOf("5\r\n0\r\n\r\n\r\n0\r\n\r\n") == "0\r\n\r\n");
}

TEST_CASE("chunk extensions are skipped, and trailer fields dropped") {
  CHECK(BodyOf("3;name=value\r\nabc\r\n0;last\r\n\r\n") == "abc");
  CHECK(BodyOf("3;a=\"b;c\";d\r\nabc\r\n0\r\n\r\n") == "abc");
  CHECK(BodyOf("3\r\nabc\r\n0\r\nDigest: x\r\nHosts: y\r\n\r\n") == "abc");
  CHECK(BodyOf("0\r\nEmpty:\r\nNot-Ascii: \xc3\xa4\t\r\n\r\n").empty());
}

TEST_CASE("trailer fields that only a header may have are refused, in any case of letters") {
  for (const std::string_view name : {"Host", "Content-Length", "tRANSFER-eNCODING", "CONNECTION",
                                      "Proxy-Connection", "upgrade"}) {
    INFO(name);
    CHECK(BodyOf("0\r\nDigest: x\r\n" + std::string(name) + ": x\r\n\r\n") ==
          Refused(HttpRefusal::kForbiddenTrailer));
  }
}

TEST_CASE("malformed chunks are refused") {
  const std::string bad_size = Refused(HttpRefusal::kBadChunkSize);
  for (const std::string_view chunks :
       {"\r\nabc", "g\r\n", "-1\r\n", "+1\r\n", " 1\r\na", "1 \r\na", "1\t\r\na", "0x1\r\na",
        "1,\r\n", "1\na\n0\n\n", "00000000000000001\r\na", "ffffffffffffffff0\r\n", ";a\r\n",
        "\"1\"\r\n", "1\v\r\na", "1:\r\na"}) {
    INFO(chunks);
    CHECK(BodyOf(chunks) == bad_size);
  }
  CHECK(BodyOf("1\ra\r\n") == Refused(HttpRefusal::kBareCarriageReturn));
  CHECK(BodyOf("1;a\rb\r\nc") == Refused(HttpRefusal::kBareCarriageReturn));
  for (const std::string_view chunks :
       {"1;a\nb\r\n", "1;\x01\r\n", "1;\x7f\r\n", "1;\xc3\xa4\r\n", "1;\r\n", "1; a\r\n",
        "1;a \r\n", "1;a=\r\n", "1;a=b=c\r\n", "1;a=\"b\"c\r\n", "1;a=\"\\\"\"\r\n", "1;a;;b\r\n",
        "1;\"a\"\r\n"}) {
    INFO(chunks);
    CHECK(BodyOf(chunks) == Refused(HttpRefusal::kBadChunkExtension));
  }
  for (const std::string_view chunks :
       {"3\r\nabcd\r\n0\r\n\r\n", "3\r\nabc0\r\n\r\n", "3\r\nabc\n0\r\n\r\n", "3\r\nabc\rd",
        "3\r\nabc\r\rn", "3\r\nab\r\n0\r\n\r\n"}) {
    INFO(chunks);
    CHECK(BodyOf(chunks) == Refused(HttpRefusal::kBadChunkEnd));
  }
}

TEST_CASE("malformed trailer fields are refused like header fields") {
  CHECK(BodyOf("0\r\nA: b\nC: d\r\n\r\n") == Refused(HttpRefusal::kBareLineFeed));
  CHECK(BodyOf("0\r\n\n") == Refused(HttpRefusal::kBareLineFeed));
  CHECK(BodyOf("0\r\n\rGET") == Refused(HttpRefusal::kBareCarriageReturn));
  CHECK(BodyOf("0\r\nA: b\rC: d\r\n\r\n") == Refused(HttpRefusal::kBareCarriageReturn));
  CHECK(BodyOf("0\r\nA: b\r\n c\r\n\r\n") == Refused(HttpRefusal::kFoldedHeader));
  CHECK(BodyOf("0\r\n\tA: b\r\n\r\n") == Refused(HttpRefusal::kFoldedHeader));
  CHECK(BodyOf("0\r\nA : b\r\n\r\n") == Refused(HttpRefusal::kBadHeaderName));
  CHECK(BodyOf("0\r\n: b\r\n\r\n") == Refused(HttpRefusal::kBadHeaderName));
  CHECK(BodyOf("0\r\nno colon\r\n\r\n") == Refused(HttpRefusal::kBadHeaderName));
  CHECK(BodyOf("0\r\nA: \x01\r\n\r\n") == Refused(HttpRefusal::kBadHeaderValue));
  CHECK(BodyOf("0\r\nA: \x7f\r\n\r\n") == Refused(HttpRefusal::kBadHeaderValue));
  // What a client would send that forgot its empty line.
  CHECK(BodyOf("0\r\nGET / HTTP/1.1\r\n\r\n") == Refused(HttpRefusal::kBadHeaderName));
}

TEST_CASE("all chunks together at the maximum pass, and a chunk that leads beyond is refused") {
  const Http1 codec({.body_bytes_max = 12});
  CHECK(BodyOf("b\r\n01234567890\r\n0\r\n\r\n", codec) == "01234567890");
  CHECK(BodyOf("6\r\n012345\r\n6\r\n678901\r\n0\r\n\r\n", codec) == "012345678901");
  CHECK(BodyOf("6\r\n012345\r\n7\r\n", codec) == Refused(HttpRefusal::kBodyTooLarge));
  CHECK(BodyOf("d\r\n", codec) == Refused(HttpRefusal::kBodyTooLarge));
  CHECK(BodyOf("ffffffffffffffff\r\n", codec) == Refused(HttpRefusal::kBodyTooLarge));
  CHECK(BodyOf("c\r\n012345678901\r\nffffffffffffffff\r\n", codec) ==
        Refused(HttpRefusal::kBodyTooLarge));
}

TEST_CASE("chunk extensions are limited over the whole body") {
  const Http1 codec({.chunk_extension_bytes_max = 8});
  CHECK(BodyOf("1;234567\r\na\r\n0\r\n\r\n", codec) == "a");
  CHECK(BodyOf("1;12345678\r\na\r\n0\r\n\r\n", codec) == "a");
  CHECK(BodyOf("1;123456789\r\na\r\n0\r\n\r\n", codec) ==
        Refused(HttpRefusal::kChunkExtensionsTooLong));
  CHECK(BodyOf("1;1234\r\na\r\n1;5678\r\nb\r\n0\r\n\r\n", codec) == "ab");
  CHECK(BodyOf("1;1234\r\na\r\n1;56789\r\nb\r\n0\r\n\r\n", codec) ==
        Refused(HttpRefusal::kChunkExtensionsTooLong));
}

TEST_CASE("trailer fields are limited like header fields") {
  const auto trailers_of = [](std::size_t size) {
    return "0\r\nA: " + std::string(size - 7, 't') + "\r\n\r\n";
  };
  const Http1 codec({.header_block_bytes_max = 100, .headers_max = 3});
  CHECK(BodyOf(trailers_of(99), codec).empty());
  CHECK(BodyOf(trailers_of(100), codec).empty());
  CHECK(BodyOf(trailers_of(101), codec) == Refused(HttpRefusal::kHeaderBlockTooLarge));
  CHECK(BodyOf("0\r\nA:\r\nB:\r\n\r\n", codec).empty());
  CHECK(BodyOf("0\r\nA:\r\nB:\r\nC:\r\n\r\n", codec).empty());
  CHECK(BodyOf("0\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n", codec) ==
        Refused(HttpRefusal::kTooManyHeaders));
}

TEST_CASE("what there is of a body is delivered at once") {
  Http1 codec;
  REQUIRE(codec.Decode(kHead).frame.kind == HttpPart::Kind::kHead);
  const auto piece = codec.Decode("ff\r\nhel");
  REQUIRE(piece.status == DecodeStatus::kFrame);
  CHECK(piece.frame.kind == HttpPart::Kind::kBody);
  CHECK(piece.frame.body() == "hel");
  CHECK(piece.partial);
  CHECK(piece.consumed == 7);
  CHECK(codec.Decode("").need == 1);
}

TEST_CASE("a codec reads a request behind a body in chunks as if it were the first") {
  const std::string both = Chunked("3;a=b\r\nabc\r\n0\r\nT: u\r\n\r\n");
  const std::string once = Decoding(both);
  CHECK(Decoding(both + both + both) == once + once + once);
}

}  // namespace
}  // namespace edgewise
