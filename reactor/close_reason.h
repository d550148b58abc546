// CloseReason: why a handler came to its end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reactor/kernel/error.h"

namespace edgewise {

// What ended it. The names are CloseCauseName's.
enum class CloseCause : std::uint8_t {
  kNone,             // not closed
  kEndOfStream,      // the peer finished sending, and everything was answered
  kLocal,            // the service closed it
  kRequestsMax,      // it made as many requests as a connection may
  kAbandoned,        // the service could not finish an answer that it had begun
  kReset,            // the peer (or the network) broke the connection; `error` says how
  kMalformed,        // the peer broke the protocol; `detail` says how
  kOverflow,         // more output than the hard cap; `detail` says which cap
  kIdleTimeout,      // nothing moved in either direction
  kFrameTimeout,     // a frame was begun and not finished in time
  kBodyTimeout,      // the rest of a message came more slowly than the minimum rate
  kWriteTimeout,     // the peer took none of our output for too long
  kLingerTimeout,    // the peer did not finish sending after we had
  kShutdown,         // the server is stopping
  kShutdownTimeout,  // the server is stopping, and this connection did not finish in time
  kRefused,          // a limit of the service refused it; `detail` says which
  kException,        // user code threw
  kSystem,           // the operating system refused a call; `error` says which
};
// Values of CloseCause, kNone included.
inline constexpr int kCloseCauseCount = static_cast<int>(CloseCause::kSystem) + 1;

// A value of 16 bytes.
struct CloseReason {
  // What it was, and with which error of the system, if one was met:
  CloseCause cause = CloseCause::kNone;
  Error error = Error::kNone;
  // A few words that live for ever, or null.
  const char* detail = nullptr;
};

// "reset", "idle timeout" and so on. Lives for ever.
std::string_view CloseCauseName(CloseCause cause);

// For people: "reset: ECONNRESET (Connection reset by peer)".
std::string CloseReasonText(const CloseReason& reason);

}  // namespace edgewise
