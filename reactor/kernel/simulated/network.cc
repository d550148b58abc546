// Addresses: taken, shared, kept for a while, found.
#include "reactor/kernel/simulated/network.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace edgewise::sim {
namespace {

bool IsAny(const SocketAddress& address) {
  const auto& ip = address.ip();
  return std::all_of(ip.begin(), ip.end(), [](std::uint8_t byte) { return byte == 0; });
}

// All addresses of IPv6, and with them all of IPv4. (`socket` is null if it is gone.)
bool IsDual(const SocketDescription* socket, const SocketAddress& at) {
  return at.family() == AddressFamily::kIpv6 && IsAny(at) && socket != nullptr &&
         !socket->settings.ipv6_only;
}

// Whether one socket may get what is meant for the other.
bool Overlap(const SocketDescription* a_socket, const SocketAddress& a,
             const SocketDescription* b_socket, const SocketAddress& b) {
  if (a.family() != b.family()) return IsDual(a_socket, a) || IsDual(b_socket, b);
  return a.ip() == b.ip() || IsAny(a) || IsAny(b);
}

std::string NameOf(const SocketAddress& address) { return std::string(address.path()); }

}  // namespace

bool Network::IsLocal(const SocketAddress& address) const {
  if (IsAny(address)) return true;
  const auto& ip = address.ip();
  if (address.family() == AddressFamily::kIpv4) return ip[0] == 127 || ip[0] == 10;
  return std::all_of(ip.begin(), ip.end() - 1, [](std::uint8_t byte) { return byte == 0; }) &&
         ip[15] == 1;
}

bool Network::Conflicts(const SocketDescription& socket, const SocketAddress& address) {
  const auto found = ports_.find(address.port());
  if (found == ports_.end()) return false;
  std::vector<Entry>& entries = found->second;
  std::erase_if(entries, [this](const Entry& entry) {
    return entry.socket == nullptr && entry.until <= timeline_.now();
  });
  return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
    if (entry.socket == &socket) return false;
    if (!Overlap(entry.socket, entry.address, &socket, address)) return false;
    if (entry.socket == nullptr) return !(entry.reuse && socket.settings.reuse_address);
    const SocketSettings& other = entry.socket->settings;
    if (other.reuse_port && socket.settings.reuse_port) return false;
    const bool both_reuse = other.reuse_address && socket.settings.reuse_address;
    return !both_reuse || entry.socket->listening();
  });
}

std::uint16_t Network::FreePort(const SocketDescription& socket, const SocketAddress& address) {
  for (int tries = 0; tries < 28232; ++tries) {
    const std::uint16_t port = next_port_;
    next_port_ = port == 60999 ? 32768 : static_cast<std::uint16_t>(port + 1);
    if (!Conflicts(socket, address.WithPort(port))) return port;
  }
  return 0;
}

Error Network::Bind(SocketDescription& socket, SocketAddress& address) {
  if (address.family() == AddressFamily::kUnix) return BindName(socket, address);
  if (!IsLocal(address)) return Error::kAddressNotAvailable;
  if (address.port() == 0) {
    const std::uint16_t port = FreePort(socket, address);
    if (port == 0) return Error::kAddressInUse;
    address = address.WithPort(port);
  } else if (Conflicts(socket, address)) {
    return Error::kAddressInUse;
  }
  Share(socket, address);
  return Error::kNone;
}

void Network::Share(SocketDescription& socket, const SocketAddress& address) {
  if (address.family() == AddressFamily::kUnix) return;
  ports_[address.port()].push_back({address, &socket, false, kNever});
}

// An AF_UNIX socket that is bound to no name at all gets one: five digits, as af_unix.c does it.
Error Network::BindName(SocketDescription& socket, SocketAddress& address) {
  if (address.path().empty()) {
    std::array<char, 8> name{};
    do {
      std::snprintf(name.data() + 1, name.size() - 1, "%05x", next_name_++ & 0xfffff);
    } while (names_.contains(std::string(name.data(), 6)));
    address = SocketAddress::Unix(std::string_view(name.data(), 6));
  }
  const auto [at, is_new] = names_.emplace(NameOf(address), &socket);
  return is_new ? Error::kNone : Error::kAddressInUse;
}

void Network::Unbind(SocketDescription& socket) {
  const SocketAddress& address = socket.local();
  if (address.family() == AddressFamily::kUnix) {
    const auto found = names_.find(NameOf(address));
    if (found == names_.end() || found->second != &socket) return;
    if (found->first.front() == '\0') {
      names_.erase(found);
    } else {
      found->second = nullptr;  // a path outlives its socket
    }
    return;
  }
  const auto found = ports_.find(address.port());
  if (found == ports_.end()) return;
  std::erase_if(found->second, [&socket](const Entry& entry) { return entry.socket == &socket; });
  if (found->second.empty()) ports_.erase(found);
}

void Network::Linger(const SocketAddress& address, bool reuse) {
  ports_[address.port()].push_back({address, nullptr, reuse, timeline_.now() + kTimeWait});
}

SocketDescription* Network::FindListener(const SocketAddress& address) {
  if (address.family() == AddressFamily::kUnix) {
    const auto found = names_.find(NameOf(address));
    if (found == names_.end() || found->second == nullptr) return nullptr;
    return found->second->listening() ? found->second : nullptr;
  }
  const auto found = ports_.find(address.port());
  if (found == ports_.end()) return nullptr;
  std::vector<SocketDescription*> listeners;
  for (const Entry& entry : found->second) {
    if (entry.socket == nullptr || !entry.socket->listening()) continue;
    const SocketAddress& at = entry.address;
    const bool same =
        at.family() == address.family() && (at.ip() == address.ip() || IsAny(at) || IsAny(address));
    const bool mapped = IsDual(entry.socket, at) && address.family() == AddressFamily::kIpv4;
    if (same || mapped) listeners.push_back(entry.socket);
  }
  if (listeners.empty()) return nullptr;
  const auto count = static_cast<std::uint32_t>(listeners.size());
  return listeners[chooser_.Choose(ChoicePoint::kListenerPick, count)];
}

}  // namespace edgewise::sim
