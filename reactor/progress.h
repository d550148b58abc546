// Progress: the whole edge-triggered contract, as a value.
#pragma once

#include <cstdint>

namespace edgewise {

// What an upcall says about the direction it was made for, and what the reactor then does:
//   kDrained    saw EAGAIN (or knows that it would): clears the bit; the next edge brings it back
//   kPreempted  its budget is spent and it is still ready: keeps the bit; tail of the bulk queue
//   kDone       wants no more of this direction for now: drops the interest; the cached bit stays
//   kFailed     over: retires the handler: one HandleClose, then reclaimed
enum class [[nodiscard]] Progress : std::uint8_t{kDrained, kPreempted, kDone, kFailed};

}  // namespace edgewise
