// The sockets of the load client: where they connect to, and from.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <string_view>

namespace edgewise::load {

// A server's IPv4 address. A value.
struct Target {
  sockaddr_in address{};

  // "127.0.0.1:9000". False if that is not what `text` is.
  static bool Parse(std::string_view text, Target* target);
};

// A connected, non-blocking socket with TCP_NODELAY; the `index`-th of this run. Loopback
// connections come from 127.1.0.1 and its neighbours, kPerSource from each, so that a server's cap
// per address and the range of local ports are wide enough. Waits for the connection. Negative if
// it failed; errno says why. The descriptor belongs to the caller.
inline constexpr std::size_t kPerSource = 50;
int ConnectSocket(const Target& target, std::size_t index);

}  // namespace edgewise::load
