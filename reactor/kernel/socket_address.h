// Where a socket listens or connects to: an IPv4, IPv6 or AF_UNIX address, as a value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace edgewise {

// kNone: no address, as a default SocketAddress.
enum class AddressFamily : std::uint8_t { kNone, kIpv4, kIpv6, kUnix };

// An address of a stream socket. A value type: copies are independent, equality compares every
// part. An IPv4 address uses the first four of `ip()`'s bytes, in network order.
//
//   auto address = SocketAddress::Parse("[::1]:8080");
//   auto local = SocketAddress::Parse("unix:/run/service.sock");
class SocketAddress {
 public:
  // Longest path of an AF_UNIX socket, in bytes without the terminating zero (unix(7)).
  static constexpr std::size_t kUnixPathMax = 107;

  SocketAddress() = default;

  // `ip` in network order, `port` in the machine's.
  static SocketAddress Ipv4(std::array<std::uint8_t, 4> ip, std::uint16_t port);
  // The same. `scope`: the number of the interface of a link-local address; 0: none.
  static SocketAddress Ipv6(std::array<std::uint8_t, 16> ip, std::uint16_t port,
                            std::uint32_t scope = 0);
  // A path, or an abstract name if it starts with a zero byte. Cut at kUnixPathMax bytes.
  static SocketAddress Unix(std::string_view path);

  // "127.0.0.1:80", "[::1]:80", "localhost:80" (127.0.0.1), "*:80" (all IPv4), ":80" (the same),
  // "[fe80::1%3]:80" (interface 3), "unix:/path" and "unix:@abstract". Errors: kInvalidArgument,
  // saying what is wrong and what a right one looks like. Host names other than localhost are
  // refused: no name service is asked.
  static absl::StatusOr<SocketAddress> Parse(std::string_view text);

  // kNone by default.
  AddressFamily family() const { return family_; }
  // In the machine's order; 0 for AF_UNIX.
  std::uint16_t port() const { return port_; }
  // An IPv6 address's interface; 0: none.
  std::uint32_t scope() const { return scope_; }
  // In network order; IPv4 has the first four, AF_UNIX zeros. Lives as long as this object.
  const std::array<std::uint8_t, 16>& ip() const { return ip_; }
  // Empty unless AF_UNIX. The view lives as long as this object.
  std::string_view path() const { return path_; }

  // A copy with another port.
  SocketAddress WithPort(std::uint16_t port) const;

  // The form that Parse reads.
  std::string ToString() const;

  friend bool operator==(const SocketAddress&, const SocketAddress&) = default;

 private:
  AddressFamily family_ = AddressFamily::kNone;
  std::uint16_t port_ = 0;
  std::uint32_t scope_ = 0;
  std::array<std::uint8_t, 16> ip_{};
  std::string path_;
};

}  // namespace edgewise
