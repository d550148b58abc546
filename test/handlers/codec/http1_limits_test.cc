// Http1: each limit one below, at, and one above.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "handlers/http/http1.h"
#include "handlers/http/http_refusal.h"
#include "test/handlers/codec/http_samples.h"

namespace edgewise {
namespace {

// The reason for which `input` is refused, empty if it is not. The same at every split.
std::string ReasonFor(const Http1& codec, std::string_view input) {
  Http1 copy = codec;
  const auto decoded = copy.Decode(input);
  const absl::Status status = CheckHttpSplits(input, codec);
  INFO(status);
  CHECK(status.ok());
  return decoded.status == DecodeStatus::kMalformed ? decoded.reason : "";
}

std::string Reason(HttpRefusal refusal) { return WordsFor(refusal).reason; }

TEST_CASE("a request line at the maximum passes and one above is answered with 414") {
  const Http1 codec({.request_line_bytes_max = 40});
  const auto with_line_of = [](std::size_t size) {
    return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
  };
  CHECK(ReasonFor(codec, with_line_of(39)).empty());
  CHECK(ReasonFor(codec, with_line_of(40)).empty());
  CHECK(ReasonFor(codec, with_line_of(41)) == Reason(HttpRefusal::kRequestLineTooLong));
  CHECK(ReasonFor(codec, "\r\n" + with_line_of(40)).empty());
  CHECK(ReasonFor(codec, "\r\n" + with_line_of(41)) == Reason(HttpRefusal::kRequestLineTooLong));
  CHECK(WordsFor(HttpRefusal::kRequestLineTooLong).status == 414);
}

TEST_CASE("a request line without an end is refused as soon as it is too long") {
  Http1 codec({.request_line_bytes_max = 40});
  CHECK(codec.Decode(std::string(41, 'x')).status == DecodeStatus::kNeedMore);
  CHECK(codec.Decode(std::string(42, 'x')).status == DecodeStatus::kMalformed);
}

TEST_CASE("a header block at the maximum passes and one above is answered with 431") {
  const Http1 codec({.header_block_bytes_max = 64});
  const auto with_block_of = [](std::size_t size) {
    return "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(size - 16, 'b') + "\r\n\r\n";
  };
  REQUIRE(with_block_of(64).size() == 16 + 64);
  CHECK(ReasonFor(codec, with_block_of(63)).empty());
  CHECK(ReasonFor(codec, with_block_of(64)).empty());
  for (const std::size_t size : {65u, 66u, 67u, 80u}) {
    CHECK(ReasonFor(codec, with_block_of(size)) == Reason(HttpRefusal::kHeaderBlockTooLarge));
  }
  CHECK(WordsFor(HttpRefusal::kHeaderBlockTooLarge).status == 431);
}

TEST_CASE("a header block that is full at a fold is refused the same for every split") {
  // The line that begins with white space begins just behind the last byte that is allowed.
  for (std::size_t size = 40; size < 52; ++size) {
    const std::string input =
        "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(size - 16, 'b') + "\r\n folded\r\n\r\n";
    CHECK_FALSE(ReasonFor(Http1({.header_block_bytes_max = 48}), input).empty());
  }
}

TEST_CASE("a header block without an end is refused as soon as it is too large") {
  const std::string line = "GET / HTTP/1.1\r\n";
  Http1 codec({.header_block_bytes_max = 64});
  CHECK(codec.Decode(line + std::string(63, 'x')).status == DecodeStatus::kNeedMore);
  CHECK(codec.Decode(line + std::string(64, 'x')).status == DecodeStatus::kMalformed);
}

TEST_CASE("as many header lines as the maximum pass and one more is answered with 431") {
  const Http1 codec({.headers_max = 5});
  const auto with_headers = [](int count) {
    std::string input = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int i = 1; i < count; ++i) {
      input += "A: b\r\n";
    }
    return input + "\r\n";
  };
  CHECK(ReasonFor(codec, with_headers(4)).empty());
  CHECK(ReasonFor(codec, with_headers(5)).empty());
  CHECK(ReasonFor(codec, with_headers(6)) == Reason(HttpRefusal::kTooManyHeaders));
  CHECK(Http1().Decode(with_headers(100)).status == DecodeStatus::kFrame);
  CHECK(Http1().Decode(with_headers(101)).status == DecodeStatus::kMalformed);
  CHECK(WordsFor(HttpRefusal::kTooManyHeaders).status == 431);
}

TEST_CASE("a body at the maximum passes and one above is answered with 413 at its head") {
  const Http1 codec({.body_bytes_max = 12});
  const auto head_for = [](int size) {
    return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
  };
  CHECK(ReasonFor(codec, head_for(11) + std::string(11, 'b')).empty());
  CHECK(ReasonFor(codec, head_for(12) + std::string(12, 'b')).empty());
  CHECK(ReasonFor(codec, head_for(13)) == Reason(HttpRefusal::kBodyTooLarge));
  CHECK(ReasonFor(codec, head_for(13) + std::string(13, 'b')) ==
        Reason(HttpRefusal::kBodyTooLarge));
  CHECK(WordsFor(HttpRefusal::kBodyTooLarge).status == 413);
}

TEST_CASE("the default limits are those of the documentation") {
  const std::string host = "Host: x\r\n";
  const auto status = [](const std::string& input) { return Http1().Decode(input).status; };
  const std::string target(8192 - 14, 'a');
  CHECK(status("GET /" + target + " HTTP/1.1\r\n" + host + "\r\n") == DecodeStatus::kFrame);
  CHECK(status("GET /" + target + "a HTTP/1.1\r\n" + host + "\r\n") == DecodeStatus::kMalformed);
  const std::string value(32768 - 16, 'v');
  CHECK(status(GetWith("A: " + value)) == DecodeStatus::kFrame);
  CHECK(status(GetWith("A: v" + value)) == DecodeStatus::kMalformed);
  CHECK(status(GetWith("Content-Length: 1048576")) == DecodeStatus::kFrame);
  CHECK(status(GetWith("Content-Length: 1048577")) == DecodeStatus::kMalformed);
}

TEST_CASE("no byte of a slow head is looked at twice") {
  // What was searched is overwritten with LFs: a second look would refuse them.
  Http1 codec;
  std::string bytes = "GET /";
  REQUIRE(codec.Decode(bytes).status == DecodeStatus::kNeedMore);
  for (int i = 0; i < 100; ++i) {
    bytes.assign(bytes.size(), '\n');
    bytes += 'x';
    REQUIRE(codec.Decode(bytes).status == DecodeStatus::kNeedMore);
  }
}

}  // namespace
}  // namespace edgewise
