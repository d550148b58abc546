// The codec of docs/how-to/codec.md does not care how its input is cut.
#include "netstring.h"

#include <catch2/catch_test_macros.hpp>

#include "handlers/split_checker.h"

TEST_CASE("netstrings are the same frames for every split") {
  for (const std::string_view input : {"5:hello,0:,12:hello, world,", "3:abc", "1234",
                                       "07:", "5:hello;", "x", ":", "100000:", "2:ab,3:c,d,-1:,"}) {
    const absl::Status status = edgewise::CheckAllSplits(Netstring(), input);
    INFO(input << ": " << status.message());
    CHECK(status.ok());
  }
}

TEST_CASE("what a netstring is") {
  Netstring codec;
  const auto decoded = codec.Decode("5:hello,3:");
  CHECK(decoded.status == edgewise::DecodeStatus::kFrame);
  CHECK(decoded.frame == "hello");
  CHECK(decoded.consumed == 8);
  CHECK(codec.Decode("5:hel").need == 8);
  CHECK(codec.Decode("100000").status == edgewise::DecodeStatus::kMalformed);
  const edgewise::Envelope envelope = codec.Encode(99'999);
  CHECK(std::string_view(envelope.prefix.data(), envelope.prefix_size) == "99999:");
  CHECK(std::string_view(envelope.suffix.data(), envelope.suffix_size) == ",");
}
