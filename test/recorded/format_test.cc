// Numbers, hashes and addresses, on their own.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <string>
#include <string_view>

#include "reactor/kernel/recorded/content_hash.h"
#include "reactor/kernel/recorded/recorded_address.h"
#include "reactor/kernel/recorded/recorded_number.h"
#include "reactor/kernel/recorded/recording_format.h"
#include "reactor/kernel/recorded/recording_printer.h"

namespace edgewise::recorded_test {

TEST_CASE("numbers come back, and small ones take a byte") {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, std::int64_t{-64}, std::int64_t{64},
        std::int64_t{1} << 40, kLeast, kMost}) {
    std::string bytes;
    RecordingFormat::AppendNumber(bytes, number);
    CHECK(bytes.size() <= RecordingFormat::kNumberBytesMax);
    if (number >= -64 && number < 64) CHECK(bytes.size() == 1);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      std::string_view part = std::string_view(bytes).substr(0, size);
      std::int64_t none = 0;
      CHECK_FALSE(RecordingFormat::TakeNumber(part, none));
    }
    bytes += "rest";
    std::string_view rest = bytes;
    std::int64_t back = 0;
    REQUIRE(RecordingFormat::TakeNumber(rest, back));
    CHECK(back == number);
    CHECK(rest == "rest");
  }
  std::string_view endless = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
  std::int64_t none = 0;
  CHECK_FALSE(RecordingFormat::TakeNumber(endless, none));
}

TEST_CASE("answers come back from their numbers") {
  using To = RecordedNumber;
  CHECK(To::ToIoResult(To::Of(IoResult::Bytes(7))).bytes() == 7);
  CHECK(To::ToIoResult(To::Of(IoResult::Failure(Error::kWouldBlock))).would_block());
  CHECK(To::ToHandleResult(To::Of(HandleResult::Of(3))).handle() == 3);
  CHECK(To::ToHandleResult(To::Of(HandleResult::Failure(Error::kProcessLimit))).error() ==
        Error::kProcessLimit);
  CHECK(To::ToSignalResult(To::Of(Kernel::SignalResult{.number = 15})).number == 15);
  CHECK(To::ToSignalResult(To::Of(Kernel::SignalResult{.error = Error::kWouldBlock})).error ==
        Error::kWouldBlock);
  CHECK(To::Of(kForever) == To::kNone);
  CHECK(To::Of(Duration(-5)) == 0);
  CHECK(To::Of(kNever) == To::kNone);
}

TEST_CASE("a hash differs for each change of a byte, each length and each seed") {
  for (std::size_t size = 0; size < 100; ++size) {
    std::string bytes(size, 'a');
    const std::uint64_t hash = ContentHash(bytes, 1);
    CHECK(hash == ContentHash(std::string(size, 'a'), 1));
    CHECK(hash != ContentHash(bytes, 2));
    CHECK(hash != ContentHash(bytes + 'a', 1));
    for (char& byte : bytes) {
      for (int bit = 0; bit < 8; ++bit) {
        byte = static_cast<char>(byte ^ (1 << bit));
        CHECK(hash != ContentHash(bytes, 1));
        byte = static_cast<char>(byte ^ (1 << bit));
      }
    }
  }
}

TEST_CASE("a hash is the same number wherever the program was built") {
  // A recording is taken to another machine.
  CHECK(ContentHash("", 0) == 0xba9b9de99dab985);
  CHECK(ContentHash("edgewise", 0) == 0x58ac265728144fc0);
  CHECK(ContentHash("The quick brown fox jumps over the lazy dog", 7) == 0xc7939ef079d762ce);
}

TEST_CASE("addresses of every family come back, and bytes that are none are refused") {
  for (const std::string_view text :
       {"127.0.0.1:80", "[fe80::1%3]:65535", "unix:/run/service.sock", "unix:@abstract"}) {
    const SocketAddress address = *SocketAddress::Parse(text);
    const std::string bytes = RecordedAddress::Encode(address);
    CHECK(RecordedAddress::Decode(bytes) == address);
    if (address.family() == AddressFamily::kUnix) continue;  // a shorter path is a path
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK_FALSE(RecordedAddress::Decode(std::string_view(bytes).substr(0, size)));
    }
    CHECK_FALSE(RecordedAddress::Decode(bytes + "x"));
  }
  CHECK(RecordedAddress::Decode(RecordedAddress::Encode(SocketAddress())) == SocketAddress());
  CHECK_FALSE(RecordedAddress::Decode("\x04"));
  CHECK_FALSE(RecordedAddress::Decode("\x03" + std::string(200, 'x')));
}

TEST_CASE("bytes are printed so that each can be told, and many are counted") {
  const auto received = [](std::string_view bytes) {
    RecordedCall call{.kind = CallKind::kReceive, .bytes = bytes};
    call.numbers = {9, 100, static_cast<std::int64_t>(bytes.size())};
    return RecordingPrinter::Answered(call);
  };
  CHECK(received("a\"b\\c\r\n\x01\xfe") == R"(Receive(9, 100 bytes) = 9 "a\"b\\c\r\n\x01\xfe")");
  CHECK(received(std::string(70, 'x')) ==
        "Receive(9, 100 bytes) = 70 \"" + std::string(64, 'x') + "\" and 6 more");
}

}  // namespace edgewise::recorded_test
