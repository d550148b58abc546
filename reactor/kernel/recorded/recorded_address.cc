// Each family has just the parts that it needs.
#include "reactor/kernel/recorded/recorded_address.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "reactor/kernel/recorded/recording_format.h"

namespace edgewise {
namespace {

constexpr std::size_t kIpv4Bytes = 4;
constexpr std::size_t kIpv6Bytes = 16;

template <std::size_t kBytes>
std::array<std::uint8_t, kBytes> ToIp(std::string_view bytes) {
  std::array<std::uint8_t, kBytes> ip;
  std::copy(bytes.begin(), bytes.end(), ip.begin());
  return ip;
}

template <typename Unsigned>
bool Take(std::string_view& bytes, Unsigned& into) {
  std::int64_t number = 0;
  if (!RecordingFormat::TakeNumber(bytes, number)) return false;
  into = static_cast<Unsigned>(number);
  return number >= 0 && number <= std::numeric_limits<Unsigned>::max();
}

}  // namespace

std::string RecordedAddress::Encode(const SocketAddress& address) {
  std::string bytes(1, static_cast<char>(address.family()));
  const std::string_view ip(reinterpret_cast<const char*>(address.ip().data()), kIpv6Bytes);
  switch (address.family()) {
    case AddressFamily::kNone:
      break;
    case AddressFamily::kIpv4:
      RecordingFormat::AppendNumber(bytes, address.port());
      bytes += ip.substr(0, kIpv4Bytes);
      break;
    case AddressFamily::kIpv6:
      RecordingFormat::AppendNumber(bytes, address.port());
      RecordingFormat::AppendNumber(bytes, address.scope());
      bytes += ip;
      break;
    case AddressFamily::kUnix:
      bytes += address.path();
      break;
  }
  return bytes;
}

std::optional<SocketAddress> RecordedAddress::Decode(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto family = static_cast<AddressFamily>(bytes.front());
  bytes.remove_prefix(1);
  std::uint16_t port = 0;
  std::uint32_t scope = 0;
  switch (family) {
    case AddressFamily::kNone:
      if (!bytes.empty()) return std::nullopt;
      return SocketAddress();
    case AddressFamily::kIpv4:
      if (!Take(bytes, port) || bytes.size() != kIpv4Bytes) return std::nullopt;
      return SocketAddress::Ipv4(ToIp<kIpv4Bytes>(bytes), port);
    case AddressFamily::kIpv6:
      if (!Take(bytes, port) || !Take(bytes, scope) || bytes.size() != kIpv6Bytes) {
        return std::nullopt;
      }
      return SocketAddress::Ipv6(ToIp<kIpv6Bytes>(bytes), port, scope);
    case AddressFamily::kUnix:
      if (bytes.size() > SocketAddress::kUnixPathMax + 1) return std::nullopt;
      return SocketAddress::Unix(bytes);
  }
  return std::nullopt;
}

}  // namespace edgewise
