// Names of errors, and the results that carry them.
#include "reactor/kernel/error.h"

#include <catch2/catch_test_macros.hpp>

#include "reactor/kernel/io_result.h"

namespace edgewise::kernel_test {

TEST_CASE("an error has a symbol, and a text for people", "[kernel]") {
  CHECK(ErrorSymbol(Error::kConnectionReset) == "ECONNRESET");
  CHECK(ErrorSymbol(Error::kWouldBlock) == "EAGAIN");
  CHECK(ErrorText(Error::kConnectionReset) == "ECONNRESET (Connection reset by peer)");
}

TEST_CASE("no error has an empty symbol and says so", "[kernel]") {
  CHECK(ErrorSymbol(Error::kNone).empty());
  CHECK(ErrorText(Error::kNone) == "no error");
}

TEST_CASE("an error that nobody named keeps its number", "[kernel]") {
  CHECK(ErrorSymbol(static_cast<Error>(EXDEV)) == "EXDEV");
  CHECK(ErrorSymbol(static_cast<Error>(4000)) == "E?");
  CHECK(ErrorText(static_cast<Error>(4000)) == "error 4000 (Unknown error 4000)");
}

TEST_CASE("an IoResult is bytes or an error", "[kernel]") {
  constexpr IoResult kSome = IoResult::Bytes(7);
  STATIC_CHECK(kSome.ok());
  STATIC_CHECK(kSome.bytes() == 7);
  STATIC_CHECK(kSome.error() == Error::kNone);
  constexpr IoResult kNothing = IoResult::Bytes(0);
  STATIC_CHECK(kNothing.ok());
  STATIC_CHECK_FALSE(kNothing.would_block());
  constexpr IoResult kFull = IoResult::Failure(Error::kWouldBlock);
  STATIC_CHECK_FALSE(kFull.ok());
  STATIC_CHECK(kFull.would_block());
  constexpr IoResult kReset = IoResult::Failure(Error::kConnectionReset);
  STATIC_CHECK(kReset.error() == Error::kConnectionReset);
  STATIC_CHECK_FALSE(kReset.would_block());
}

TEST_CASE("an IoResult holds more bytes than an int", "[kernel]") {
  constexpr std::size_t kMany = std::size_t{1} << 40;
  STATIC_CHECK(IoResult::Bytes(kMany).bytes() == kMany);
}

TEST_CASE("a HandleResult is a descriptor or an error", "[kernel]") {
  STATIC_CHECK(HandleResult::Of(0).ok());
  STATIC_CHECK(HandleResult::Of(5).handle() == 5);
  STATIC_CHECK_FALSE(HandleResult::Failure(Error::kProcessLimit).ok());
  STATIC_CHECK(HandleResult::Failure(Error::kProcessLimit).handle() == kNoHandle);
  STATIC_CHECK(HandleResult::Failure(Error::kProcessLimit).error() == Error::kProcessLimit);
}

}  // namespace edgewise::kernel_test
