// SendResult: what became of bytes given to a connection.
#pragma once

#include <cstdint>

namespace edgewise {

// Only kAccepted means that they will be sent (unless the connection breaks). Ignoring the answer
// is fine for a service that has nothing else to do with it: each refusal moves a counter.
enum class SendResult : std::uint8_t {
  kAccepted,
  kClosed,    // the connection is closing or gone
  kTooLong,   // the codec cannot frame so long a payload
  kOverflow,  // the hard cap was met: the connection is given up
};

}  // namespace edgewise
