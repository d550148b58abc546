#include "bench/load/client_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>

namespace edgewise::load {
namespace {

bool IsLoopback(const sockaddr_in& address) {
  return (ntohl(address.sin_addr.s_addr) >> 24) == 127;
}

bool BindSource(int fd, std::size_t index) {
  constexpr std::size_t kHosts = 250;  // 127.1.x.1 to 127.1.x.250
  const std::size_t source = index / kPerSource;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(
      static_cast<std::uint32_t>(0x7f010000u + ((source / kHosts) << 8) + source % kHosts + 1));
  const int on = 1;
  // The port is chosen at connect, when the whole pair of addresses is known.
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

bool Target::Parse(std::string_view text, Target* target) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string host(text.substr(0, colon));
  const std::string_view port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc() || end != port_text.data() + port_text.size() || port == 0) return false;
  target->address.sin_family = AF_INET;
  target->address.sin_port = htons(port);
  return inet_pton(AF_INET, host.c_str(), &target->address.sin_addr) == 1;
}

int ConnectSocket(const Target& target, std::size_t index) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const auto* address = reinterpret_cast<const sockaddr*>(&target.address);
  const int on = 1;
  if ((IsLoopback(target.address) && !BindSource(fd, index)) ||
      connect(fd, address, sizeof target.address) != 0 ||
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

}  // namespace edgewise::load
