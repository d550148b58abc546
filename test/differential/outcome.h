// Outcome: what a call answered, with descriptors named by their variables.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "reactor/kernel/epoll_event.h"
#include "reactor/kernel/error.h"

namespace edgewise::differential {

// A value.
struct Outcome {
  // One report of epoll: the registration's mark and variable.
  struct Event {
    std::uint32_t mark = 0;
    int variable = -1;
    EpollMask mask = 0;
    friend auto operator<=>(const Event&, const Event&) = default;
  };

  bool skipped = false;  // the variable was never made
  Error error = Error::kNone;
  // Bytes, a number counted from the first one of the walk's, a family, or a mask.
  std::int64_t value = 0;
  std::uint64_t content = 0;  // a digest of the bytes received
  std::vector<Event> events;  // sorted
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::string Describe(const Outcome& outcome);

}  // namespace edgewise::differential
