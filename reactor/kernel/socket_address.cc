// Parsing and printing of addresses. inet_pton and inet_ntop are pure functions of the C library.
#include "reactor/kernel/socket_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "absl/status/status.h"
#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

absl::Status Malformed(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(
      AbslView("\"" + std::string(text) + "\": " + std::string(why) +
               "; an address looks like 127.0.0.1:8080, [::1]:8080 or unix:/path"));
}

// All of `text` as a decimal number that fits.
template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc() || stop != end || text.empty()) return std::nullopt;
  return number;
}

// `text` is what stands between the brackets: "::1", or with an interface's number "fe80::1%2".
std::optional<SocketAddress> ParseIpv6(std::string_view text, std::uint16_t port) {
  std::optional<std::uint32_t> scope = 0;
  const std::size_t percent = text.find('%');
  if (percent != std::string_view::npos) {
    scope = ParseNumber<std::uint32_t>(text.substr(percent + 1));
    text = text.substr(0, percent);
  }
  std::array<std::uint8_t, 16> ip;
  if (!scope || inet_pton(AF_INET6, std::string(text).c_str(), ip.data()) != 1) return std::nullopt;
  return SocketAddress::Ipv6(ip, port, *scope);
}

}  // namespace

SocketAddress SocketAddress::Ipv4(std::array<std::uint8_t, 4> ip, std::uint16_t port) {
  SocketAddress address;
  address.family_ = AddressFamily::kIpv4;
  std::copy(ip.begin(), ip.end(), address.ip_.begin());
  address.port_ = port;
  return address;
}

SocketAddress SocketAddress::Ipv6(std::array<std::uint8_t, 16> ip, std::uint16_t port,
                                  std::uint32_t scope) {
  SocketAddress address;
  address.family_ = AddressFamily::kIpv6;
  address.ip_ = ip;
  address.port_ = port;
  address.scope_ = scope;
  return address;
}

SocketAddress SocketAddress::Unix(std::string_view path) {
  SocketAddress address;
  address.family_ = AddressFamily::kUnix;
  address.path_ = path.substr(0, kUnixPathMax);
  return address;
}

absl::StatusOr<SocketAddress> SocketAddress::Parse(std::string_view text) {
  // The C library and the kernel would stop reading there, and mean another address.
  if (text.find('\0') != std::string_view::npos) return Malformed(text, "it contains a zero byte");
  if (text.starts_with(kUnixPrefix)) {
    std::string path(text.substr(kUnixPrefix.size()));
    if (path.empty()) return Malformed(text, "the path is empty");
    if (path.size() > kUnixPathMax) return Malformed(text, "the path is longer than 107 bytes");
    if (path.front() == '@') path.front() = '\0';
    return Unix(path);
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Malformed(text, "there is no port");
  const std::optional<std::uint16_t> port = ParseNumber<std::uint16_t>(text.substr(colon + 1));
  if (!port) return Malformed(text, "the port is not a number from 0 to 65535");
  std::string host(text.substr(0, colon));
  if (host.empty() || host == "*") host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    const auto address = ParseIpv6(std::string_view(host).substr(1, host.size() - 2), *port);
    if (address) return *address;
    return Malformed(text, "what is between the brackets is not an IPv6 address");
  }
  std::array<std::uint8_t, 4> ip;
  if (inet_pton(AF_INET, host.c_str(), ip.data()) != 1) {
    return Malformed(text, host.find(':') != std::string::npos
                               ? "an IPv6 address needs brackets"
                               : "the host is not an IPv4 address (no name service is asked)");
  }
  return Ipv4(ip, *port);
}

SocketAddress SocketAddress::WithPort(std::uint16_t port) const {
  SocketAddress copy = *this;
  copy.port_ = port;
  return copy;
}

std::string SocketAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = "";
  switch (family_) {
    case AddressFamily::kIpv4:
      inet_ntop(AF_INET, ip_.data(), text, sizeof(text));
      return std::string(text) + ":" + std::to_string(port_);
    case AddressFamily::kIpv6:
      inet_ntop(AF_INET6, ip_.data(), text, sizeof(text));
      return "[" + std::string(text) + (scope_ == 0 ? "" : "%" + std::to_string(scope_)) +
             "]:" + std::to_string(port_);
    case AddressFamily::kUnix: {
      std::string path = path_;
      if (!path.empty() && path.front() == '\0') path.front() = '@';
      return std::string(kUnixPrefix) + path;
    }
    case AddressFamily::kNone:
      break;
  }
  return "(no address)";
}

}  // namespace edgewise
