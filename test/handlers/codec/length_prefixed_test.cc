// LengthPrefixed: widths, byte orders, limits.
#include "handlers/length_prefixed.h"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "handlers/split_checker.h"

namespace edgewise {
namespace {

template <typename C>
std::string Framed(const C& codec, std::string_view payload) {
  const Envelope envelope = codec.Encode(payload.size());
  return std::string(envelope.prefix.data(), envelope.prefix_size) + std::string(payload) +
         std::string(envelope.suffix.data(), envelope.suffix_size);
}

TEST_CASE("a length-prefixed frame has four big-endian bytes before it") {
  const std::string wire = Framed(LengthPrefixed(), "hello");
  CHECK(wire == std::string("\0\0\0\5hello", 9));
  LengthPrefixed codec;
  const std::string input = wire + "more";
  const auto decoded = codec.Decode(input);
  REQUIRE(decoded.status == DecodeStatus::kFrame);
  CHECK(decoded.frame == "hello");
  CHECK(decoded.consumed == 9);
}

TEST_CASE("a length prefix can have other widths and orders") {
  CHECK(Framed(BasicLengthPrefixed<1>(), "abc") == "\3abc");
  CHECK(Framed(BasicLengthPrefixed<2>(), "abc") == std::string("\0\3abc", 5));
  CHECK(Framed(BasicLengthPrefixed<2, std::endian::little>(), "abc") == std::string("\3\0abc", 5));
  CHECK(Framed(BasicLengthPrefixed<4, std::endian::little>(), "abc") ==
        std::string("\3\0\0\0abc", 7));
  CHECK(Framed(BasicLengthPrefixed<8>(), "abc") == std::string("\0\0\0\0\0\0\0\3abc", 11));
  CHECK(Framed(BasicLengthPrefixed<8, std::endian::little>(), "abc") ==
        std::string("\3\0\0\0\0\0\0\0abc", 11));
}

TEMPLATE_TEST_CASE("length-prefixed frames of every width survive every split", "",
                   BasicLengthPrefixed<1>, (BasicLengthPrefixed<2, std::endian::little>),
                   BasicLengthPrefixed<2>, (BasicLengthPrefixed<4, std::endian::little>),
                   BasicLengthPrefixed<4>, (BasicLengthPrefixed<8, std::endian::little>),
                   BasicLengthPrefixed<8>) {
  const TestType codec;
  std::string input;
  for (const std::string_view payload : {"one", "", "", "four and more", "x"}) {
    input += Framed(codec, payload);
  }
  input += Framed(codec, "cut off in the middle").substr(0, TestType::kPrefixBytes + 5);
  TestType copy = codec;
  CHECK(copy.Decode(input).frame == "one");
  const absl::Status status = CheckAllSplits(codec, input, {.seed = Catch::getSeed()});
  INFO(status);
  CHECK(status.ok());
}

TEST_CASE("a length-prefixed frame of zero bytes is a frame") {
  LengthPrefixed codec;
  const auto decoded = codec.Decode(std::string_view("\0\0\0\0", 4));
  REQUIRE(decoded.status == DecodeStatus::kFrame);
  CHECK(decoded.frame.empty());
  CHECK(decoded.consumed == 4);
}

TEST_CASE("a length-prefixed codec asks for exactly what it lacks") {
  LengthPrefixed codec;
  CHECK(codec.Decode("").need == 4);
  CHECK(codec.Decode(std::string_view("\0\0\0", 3)).need == 4);
  CHECK(codec.Decode(std::string_view("\0\0\1\0", 4)).need == 260);
  CHECK(codec.Decode(std::string_view("\0\0\1\0abc", 7)).need == 260);
}

TEST_CASE("a length-prefixed frame at the maximum passes and one above is refused") {
  LengthPrefixed codec({.frame_bytes_max = 300});
  CHECK(codec.frame_bytes_max() == 300);
  for (const std::size_t size : {299u, 300u}) {
    const std::string payload(size, 'x');
    const std::string wire = Framed(codec, payload);
    const auto decoded = codec.Decode(wire);
    REQUIRE(decoded.status == DecodeStatus::kFrame);
    CHECK(decoded.frame == payload);
  }
  // From the header alone: 301 in four bytes, and not one byte of the frame.
  const auto refused = codec.Decode(std::string_view("\0\0\1\55", 4));
  CHECK(refused.status == DecodeStatus::kMalformed);
  CHECK(refused.reason == std::string_view(LengthPrefixed::kTooLarge));
  CHECK(refused.farewell.empty());
}

TEST_CASE("a length above the maximum is refused at every split") {
  const std::string input("\0\0\0\1x\0\0\0\5hello\xff\xff\xff\xff and the rest", 31);
  const absl::Status status =
      CheckAllSplits(LengthPrefixed({.frame_bytes_max = 5}), input, {.seed = Catch::getSeed()});
  INFO(status);
  CHECK(status.ok());
}

TEST_CASE("the largest number in eight bytes is refused without overflow") {
  BasicLengthPrefixed<8> codec({.frame_bytes_max = std::numeric_limits<std::size_t>::max()});
  const auto refused = codec.Decode("\xff\xff\xff\xff\xff\xff\xff\xff");
  CHECK(refused.status == DecodeStatus::kMalformed);
  // The largest that is accepted still has a need that can be counted.
  const auto large = codec.Decode("\x7f\xff\xff\xff\xff\xff\xff\xff");
  CHECK(large.status == DecodeStatus::kNeedMore);
  CHECK(large.need == codec.frame_bytes_max() + 8);
}

TEST_CASE("a maximum that the prefix cannot express is lowered to what it can") {
  CHECK(BasicLengthPrefixed<1>({.frame_bytes_max = 1000}).frame_bytes_max() == 255);
  CHECK(BasicLengthPrefixed<2>({.frame_bytes_max = 1 << 20}).frame_bytes_max() == 65535);
  CHECK(BasicLengthPrefixed<4>({.frame_bytes_max = 64 << 20}).frame_bytes_max() == 64 << 20);
}

}  // namespace
}  // namespace edgewise
