// RecordedAddress: a SocketAddress as bytes of a recording, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reactor/kernel/socket_address.h"

namespace edgewise {

// Family, then numbers as in RecordingFormat, then address or path. Pure functions.
struct RecordedAddress {
  static std::string Encode(const SocketAddress& address);
  // Nothing if these bytes are no address.
  static std::optional<SocketAddress> Decode(std::string_view bytes);
};

}  // namespace edgewise
