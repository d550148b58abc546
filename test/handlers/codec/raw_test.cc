// Raw: what has arrived is the frame.
#include "handlers/raw.h"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "handlers/split_checker.h"

namespace edgewise {
namespace {

TEST_CASE("raw delivers all that has arrived as one frame") {
  Raw codec;
  const auto decoded = codec.Decode("hello");
  REQUIRE(decoded.status == DecodeStatus::kFrame);
  CHECK(decoded.frame == "hello");
  CHECK(decoded.consumed == 5);
}

TEST_CASE("raw asks for one byte when nothing has arrived") {
  Raw codec;
  const auto decoded = codec.Decode("");
  CHECK(decoded.status == DecodeStatus::kNeedMore);
  CHECK(decoded.need == 1);
}

TEST_CASE("raw adds nothing to what is sent") {
  const Envelope envelope = Raw().Encode(100);
  CHECK(envelope.prefix_size == 0);
  CHECK(envelope.suffix_size == 0);
}

TEST_CASE("raw delivers the same bytes for every split, though not the same frames") {
  const std::string input("any\0bytes\r\n\xff", 12);
  SplitLimits limits{.seed = Catch::getSeed()};
  CHECK_FALSE(CheckAllSplits(Raw(), input, limits).ok());
  limits.equality = SplitEquality::kJoined;
  const absl::Status status = CheckAllSplits(Raw(), input, limits);
  INFO(status);
  CHECK(status.ok());
}

}  // namespace
}  // namespace edgewise
