// CompanySpec: which clients of bad manners run beside the measured ones, and how many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace edgewise::wrk {

enum class CompanyKind : std::uint8_t {
  kIdle,        // connects, makes one request, then holds the connection
  kGreedy,      // keeps 4 requests of 100,000 bytes in flight; of http, 64 of the run's own
  kSlowReader,  // sends requests for ever, and never reads
  kSlowSender,  // sends a byte of a request each second
  kReset,       // sends half a request, resets the connection, and comes again
  kHalfClose,   // sends a request and its end, wants all of the answer, and comes again
  kVanish,      // connects, closes at once, and comes again
};

// "slow-reader": as it is written on the command line. Lives for ever.
std::string_view CompanyKindName(CompanyKind kind);

// A value.
struct CompanySpec {
  static constexpr std::size_t kCountDefault = 10;
  static constexpr std::size_t kCountMax = 15'000;

  CompanyKind kind = CompanyKind::kIdle;
  std::size_t count = kCountDefault;  // connections at once

  // "vanish:50", or "vanish" for kCountDefault. Errors: kInvalidArgument, saying what is wrong and
  // what a right one looks like.
  static absl::StatusOr<CompanySpec> Parse(std::string_view text);
  // The form that Parse reads.
  std::string ToString() const;

  friend bool operator==(const CompanySpec&, const CompanySpec&) = default;
};

}  // namespace edgewise::wrk
