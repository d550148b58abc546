// PeerAddress: who is at the other end, in twenty bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "reactor/kernel/socket_address.h"

namespace edgewise {

// A SocketAddress without a path: AF_UNIX clients are nameless almost always. A value type.
class PeerAddress {
 public:
  PeerAddress() = default;
  // Leaves out the path, and the scope of an IPv6 address.
  explicit PeerAddress(const SocketAddress& address)
      : ip_(address.ip()), port_(address.port()), family_(address.family()) {}

  // kNone by default.
  AddressFamily family() const { return family_; }
  // The first four bytes for IPv4; zeros for AF_UNIX.
  const std::array<std::uint8_t, 16>& ip() const { return ip_; }
  // 0 for AF_UNIX.
  std::uint16_t port() const { return port_; }

  // The same as an address to connect to; without a path for AF_UNIX.
  SocketAddress ToSocketAddress() const {
    if (family_ == AddressFamily::kIpv6) return SocketAddress::Ipv6(ip_, port_);
    if (family_ == AddressFamily::kUnix) return SocketAddress::Unix("");
    std::array<std::uint8_t, 4> ip;
    std::copy_n(ip_.begin(), ip.size(), ip.begin());
    return SocketAddress::Ipv4(ip, port_);
  }
  // As SocketAddress::ToString.
  std::string ToString() const { return ToSocketAddress().ToString(); }

 private:
  std::array<std::uint8_t, 16> ip_{};
  std::uint16_t port_ = 0;
  AddressFamily family_ = AddressFamily::kNone;
};

}  // namespace edgewise
