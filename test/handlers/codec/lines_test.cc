// Lines: endings, limits, and no second look at a byte.
#include "handlers/lines.h"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/split_checker.h"

namespace edgewise {
namespace {

std::vector<std::string> LinesOf(Lines codec, std::string_view input) {
  SplitFeeder<Lines> feeder(codec, SplitFeeder<Lines>::Asking::kAfterEachPiece);
  feeder.Feed(input);
  return feeder.outcome().frames;
}

TEST_CASE("a line ends in LF or in CRLF and is delivered without either") {
  using Expected = std::vector<std::string>;
  CHECK(LinesOf(Lines(), "one\ntwo\r\n\n\r\nfive\n") == Expected{"one", "two", "", "", "five"});
}

TEST_CASE("only one CR before the LF belongs to the ending") {
  using Expected = std::vector<std::string>;
  CHECK(LinesOf(Lines(), "a\r\r\nb\rc\n\rd\n") == Expected{"a\r", "b\rc", "\rd"});
}

TEST_CASE("a line may hold a NUL and bytes that are not ASCII") {
  const std::string line("a\0b\xff\xfe", 5);
  CHECK(LinesOf(Lines(), line + "\n") == std::vector<std::string>{line});
}

TEST_CASE("what follows the last LF is not a line yet") {
  Lines codec;
  const auto decoded = codec.Decode("unfinished");
  CHECK(decoded.status == DecodeStatus::kNeedMore);
  CHECK(decoded.need == 11);
}

TEST_CASE("lines survive every split") {
  for (const std::string_view input :
       {"one\ntwo\r\n\n\r\nfive\nrest", "\r\r\n\r\r\r\n\n\n", "\n", "\r", "",
        "a longer line, then a short one\r\nb\nand one unfinished with a CR\r"}) {
    const absl::Status status = CheckAllSplits(Lines(), input, {.seed = Catch::getSeed()});
    INFO(status);
    CHECK(status.ok());
  }
}

TEST_CASE("a line at the maximum passes and one above is refused, whatever the ending") {
  for (const std::string_view ending : {"\n", "\r\n"}) {
    for (const std::size_t size : {9u, 10u, 11u, 12u, 13u, 40u}) {
      const Lines codec({.line_bytes_max = 10});
      const std::string input = std::string(size, 'x') + std::string(ending) + "next\n";
      Lines copy = codec;
      const auto decoded = copy.Decode(input);
      INFO("a line of " << size << " bytes");
      if (size <= 10) {
        CHECK(decoded.status == DecodeStatus::kFrame);
        CHECK(decoded.frame.size() == size);
      } else {
        CHECK(decoded.status == DecodeStatus::kMalformed);
        CHECK(decoded.reason == std::string_view(Lines::kTooLong));
      }
      const absl::Status status = CheckAllSplits(codec, input, {.seed = Catch::getSeed()});
      INFO(status);
      CHECK(status.ok());
    }
  }
}

TEST_CASE("CRs at the limit are counted the same for every split") {
  for (const std::string_view input :
       {"xxx\r\r\n", "xxxx\r\n", "xxxxx\r\n", "xxx\r\r\r\n", "xxxx\rx\n", "xxxx\r", "xxxx\r\r"}) {
    const absl::Status status =
        CheckAllSplits(Lines({.line_bytes_max = 4}), input, {.seed = Catch::getSeed()});
    INFO(input << ": " << status);
    CHECK(status.ok());
  }
}

TEST_CASE("a line that can no longer end within the maximum is refused before its end") {
  Lines codec({.line_bytes_max = 4});
  CHECK(codec.Decode("xxxx").status == DecodeStatus::kNeedMore);
  CHECK(codec.Decode("xxxx\r").status == DecodeStatus::kNeedMore);
  CHECK(codec.Decode("xxxx\rx").status == DecodeStatus::kMalformed);
  Lines other({.line_bytes_max = 4});
  CHECK(other.Decode("xxxxx").status == DecodeStatus::kMalformed);
}

TEST_CASE("no byte of a slow line is looked at twice") {
  // What was searched is overwritten with LFs: a second look would find them.
  Lines codec;
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    bytes.assign(bytes.size(), '\n');
    bytes += 'x';
    REQUIRE(codec.Decode(bytes).status == DecodeStatus::kNeedMore);
  }
  bytes += '\n';
  CHECK(codec.Decode(bytes).consumed == 101);
  // The memory of how far it looked ends with the line.
  CHECK(codec.Decode("y\n").frame == "y");
}

TEST_CASE("outgoing lines end as asked for") {
  const Envelope lf = Lines().Encode(3);
  CHECK(std::string_view(lf.suffix.data(), lf.suffix_size) == "\n");
  CHECK(lf.prefix_size == 0);
  const Envelope crlf = Lines({.outgoing = LineEnding::kCrLf}).Encode(3);
  CHECK(std::string_view(crlf.suffix.data(), crlf.suffix_size) == "\r\n");
}

TEST_CASE("a lines codec is twelve bytes, four of them memory of the current line") {
  CHECK(sizeof(Lines) == 12);
}

}  // namespace
}  // namespace edgewise
