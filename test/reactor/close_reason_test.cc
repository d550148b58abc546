// The words for the ends of handlers, as they stand in a service's log.
#include "reactor/close_reason.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

namespace edgewise {
namespace {

TEST_CASE("each cause of an end has a name of its own") {
  std::set<std::string_view> names;
  for (int cause = 0; cause < kCloseCauseCount; ++cause) {
    names.insert(CloseCauseName(static_cast<CloseCause>(cause)));
  }
  CHECK(names.size() == std::size_t{kCloseCauseCount});
  CHECK(names.count("unknown") == 0);
  CHECK(CloseCauseName(CloseCause::kNone) == "not closed");
  CHECK(CloseCauseName(static_cast<CloseCause>(kCloseCauseCount)) == "unknown");
}

TEST_CASE("an end is told by its cause, then the detail and the error, if there are any") {
  CHECK(CloseReasonText({.cause = CloseCause::kIdleTimeout}) == "idle timeout");
  CHECK(CloseReasonText({.cause = CloseCause::kMalformed, .detail = "no length"}) ==
        "malformed input: no length");
  const std::string reset =
      CloseReasonText({.cause = CloseCause::kReset, .error = Error::kConnectionReset});
  CHECK(reset == "reset: " + ErrorText(Error::kConnectionReset));
  CHECK(CloseReasonText({.cause = CloseCause::kOverflow,
                         .error = Error::kNoMemory,
                         .detail = "outbound_bytes_max"}) ==
        "overflow: outbound_bytes_max: " + ErrorText(Error::kNoMemory));
}

}  // namespace
}  // namespace edgewise
