// PeerAddress: what is kept of a client's address.
#include "handlers/peer_address.h"

#include <catch2/catch_test_macros.hpp>

namespace edgewise::handlers_test {

TEST_CASE("an address is the same after it was kept, but for the path of a client") {
  const SocketAddress ipv4 = SocketAddress::Ipv4({10, 0, 0, 7}, 81);
  const SocketAddress ipv6 = SocketAddress::Ipv6({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 1}, 82);
  CHECK(PeerAddress(ipv4).ToSocketAddress() == ipv4);
  CHECK(PeerAddress(ipv6).ToSocketAddress() == ipv6);
  CHECK(PeerAddress(ipv4).port() == 81);
  CHECK(PeerAddress(ipv6).port() == 82);
  CHECK(PeerAddress(SocketAddress::Unix("/path")).ToSocketAddress() == SocketAddress::Unix(""));
  CHECK(PeerAddress(SocketAddress::Unix("/path")).family() == AddressFamily::kUnix);
}

}  // namespace edgewise::handlers_test
