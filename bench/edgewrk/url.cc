#include "bench/edgewrk/url.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace edgewise::wrk {
namespace {

struct Scheme {
  std::string_view name;
  Protocol protocol;
};
constexpr std::array<Scheme, 3> kSchemes{
    {{"http", Protocol::kHttp}, {"frame", Protocol::kFrame}, {"echo", Protocol::kEcho}}};

absl::Status Wrong(const std::string& text, const std::string& why) {
  return absl::InvalidArgumentError(
      absl::StrCat("invalid URL: ", text, ": ", why, "; such as http://127.0.0.1:8080/path, ",
                   "frame://localhost:9000, echo://[::1]:9000, http+unix:///run/a.sock:/path"));
}

// "/run/a.sock:/path".
absl::Status ParseUnix(std::string_view rest, Url& url) {
  const std::size_t colon = rest.find(":/");
  url.socket_path = std::string(rest.substr(0, colon));
  if (colon != std::string_view::npos) url.target = std::string(rest.substr(colon + 1));
  if (url.socket_path.size() < 2 || url.socket_path.front() != '/') {
    return Wrong(url.text, "an AF_UNIX socket is named by an absolute path");
  }
  if (url.socket_path.size() > SocketAddress::kUnixPathMax) {
    return Wrong(url.text, "the path of an AF_UNIX socket has 107 bytes at most");
  }
  url.authority = "localhost";
  return absl::OkStatus();
}

absl::Status ParseAuthority(std::string_view authority, Url& url) {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    return Wrong(url.text, "a name and a password belong in -H 'Authorization: ...'");
  }
  url.authority = std::string(authority);
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return Wrong(url.text, "a ']' is missing");
    url.host = std::string(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
  } else {
    const std::size_t colon = authority.rfind(':');
    url.host = std::string(authority.substr(0, colon));
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  if (url.host.empty()) return Wrong(url.text, "there is no host");
  if (port.size() > 1 && port.front() == ':') {
    url.port = std::string(port.substr(1));
  } else if (!port.empty()) {
    return Wrong(url.text, "there is something odd behind the host");
  } else if (url.protocol != Protocol::kHttp) {
    return Wrong(url.text, "this protocol has no port of its own: name one");
  } else {
    url.port = "80";
  }
  return absl::OkStatus();
}

SocketAddress FromSystem(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    std::array<std::uint8_t, 4> ip{};
    std::memcpy(ip.data(), &in.sin_addr, ip.size());
    return SocketAddress::Ipv4(ip, ntohs(in.sin_port));
  }
  sockaddr_in6 in{};
  std::memcpy(&in, address, sizeof in);
  std::array<std::uint8_t, 16> ip{};
  std::memcpy(ip.data(), &in.sin6_addr, ip.size());
  return SocketAddress::Ipv6(ip, ntohs(in.sin6_port), in.sin6_scope_id);
}

}  // namespace

absl::StatusOr<Url> Url::Parse(std::string_view text) {
  Url url;
  url.text = std::string(text);
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) return Wrong(url.text, "there is no scheme");
  std::string_view scheme = text.substr(0, end);
  std::string_view rest = text.substr(end + 3);
  constexpr std::string_view kUnix = "+unix";
  const bool is_unix = scheme.ends_with(kUnix);
  if (is_unix) scheme.remove_suffix(kUnix.size());
  bool known = false;
  for (const Scheme& one : kSchemes) {
    if (scheme != one.name) continue;
    url.protocol = one.protocol;
    known = true;
  }
  if (scheme == "https") return Wrong(url.text, "TLS is not spoken yet");
  if (!known) return Wrong(url.text, "the scheme is none of http, frame and echo");
  url.target = "/";
  absl::Status status;
  if (is_unix) {
    status = ParseUnix(rest, url);
  } else {
    const std::size_t slash = rest.find_first_of("/?#");
    status = ParseAuthority(rest.substr(0, slash), url);
    if (slash != std::string_view::npos) {
      url.target = std::string(rest.substr(slash, rest.find('#', slash) - slash));
      if (url.target.empty() || url.target.front() != '/') url.target.insert(0, "/");
    }
  }
  if (!status.ok()) return status;
  for (const char c : url.target + url.authority) {
    if (c <= ' ' || c == 0x7f) return Wrong(url.text, "there is a space or a control character");
  }
  return url;
}

absl::StatusOr<std::vector<SocketAddress>> Resolve(const Url& url) {
  if (!url.socket_path.empty()) return std::vector{SocketAddress::Unix(url.socket_path)};
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found);
  if (error != 0) {
    return absl::NotFoundError(
        absl::StrCat("unable to resolve ", url.host, ":", url.port, " ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET || one->ai_family == AF_INET6) {
      addresses.push_back(FromSystem(one->ai_addr));
    }
  }
  if (addresses.empty()) return absl::NotFoundError("unable to resolve " + url.host);
  return addresses;
}

}  // namespace edgewise::wrk
