// See company_loop.h.
#include "bench/edgewrk/company_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "bench/edgewrk/company_guest.h"
#include "reactor/check.h"
#include "reactor/kernel/linux_kernel.h"

namespace edgewise::wrk {
namespace {

constexpr std::size_t kEventsMax = 512;

struct SystemAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SystemAddress ToSystem(const SocketAddress& address) {
  SystemAddress system;
  switch (address.family()) {
    case AddressFamily::kIpv4: {
      auto* const to = reinterpret_cast<sockaddr_in*>(&system.storage);
      to->sin_family = AF_INET;
      to->sin_port = htons(address.port());
      std::memcpy(&to->sin_addr, address.ip().data(), sizeof to->sin_addr);
      system.size = sizeof *to;
      break;
    }
    case AddressFamily::kIpv6: {
      auto* const to = reinterpret_cast<sockaddr_in6*>(&system.storage);
      to->sin6_family = AF_INET6;
      to->sin6_port = htons(address.port());
      to->sin6_scope_id = address.scope();
      std::memcpy(&to->sin6_addr, address.ip().data(), sizeof to->sin6_addr);
      system.size = sizeof *to;
      break;
    }
    case AddressFamily::kUnix: {
      auto* const to = reinterpret_cast<sockaddr_un*>(&system.storage);
      to->sun_family = AF_UNIX;
      std::memcpy(to->sun_path, address.path().data(), address.path().size());
      // An abstract name has no terminating zero.
      const bool abstract = address.path().starts_with('\0');
      system.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.path().size() +
                                           (abstract ? 0 : 1));
      break;
    }
    case AddressFamily::kNone:
      EDGEWISE_CHECK(false, "the plan has no address: Resolve finds it");
  }
  return system;
}

bool BindSource(int fd, std::uint64_t number) {
  constexpr std::uint64_t kHosts = 250;  // 127.2.0.1 to 127.2.249.250
  const std::uint64_t source = number % (kHosts * kHosts);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(
      static_cast<std::uint32_t>(0x7f020000u + ((source / kHosts) << 8) + source % kHosts + 1));
  const int on = 1;
  // The port is chosen at connect, when the whole pair of addresses is known.
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

CompanyLoop::CompanyLoop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      now_(LinuxKernel::Instance().MonotonicNow()) {
  EDGEWISE_CHECK(epoll_ >= 0 && wake_ >= 0 && Watch(wake_, nullptr, EPOLLIN),
                 "no descriptors left? see ulimit -n");
}

CompanyLoop::~CompanyLoop() {
  close(wake_);
  close(epoll_);
}

void CompanyLoop::Wake() { eventfd_write(wake_, 1); }

int CompanyLoop::Connect(const SocketAddress& address, int room) {
  const bool is_ip = address.family() != AddressFamily::kUnix;
  const SystemAddress system = ToSystem(address);
  const int fd = socket(system.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  // Before the handshake, which announces it.
  if (room != 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  const int on = 1;
  if (is_ip) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const bool loopback = address.family() == AddressFamily::kIpv4 && address.ip().front() == 127;
  if ((loopback && !BindSource(fd, connects_++)) ||
      (connect(fd, system.get(), system.size) != 0 && errno != EINPROGRESS)) {
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

bool CompanyLoop::Watch(int fd, CompanyGuest* guest, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = guest}};
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void CompanyLoop::WatchFor(int fd, CompanyGuest* guest, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = guest}};
  EDGEWISE_CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0, "not watched?");
}

void CompanyLoop::RunOnce() {
  std::array<epoll_event, kEventsMax> events;
  const int count = epoll_wait(epoll_, events.data(), kEventsMax, WaitMilliseconds());
  now_ = LinuxKernel::Instance().MonotonicNow();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events.at(static_cast<std::size_t>(i));
    if (event.data.ptr != nullptr) {
      static_cast<CompanyGuest*>(event.data.ptr)->OnEvents(event.events);
    } else {
      eventfd_t ignored = 0;
      eventfd_read(wake_, &ignored);
    }
  }
  RunTimers();
}

int CompanyLoop::WaitMilliseconds() const {
  if (timers_.empty()) return -1;
  const Duration left = timers_.begin()->first - LinuxKernel::Instance().MonotonicNow();
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left);
  return static_cast<int>(std::clamp<std::int64_t>(rounded.count(), 0, 1000));
}

// A guest that arms itself anew does so for later, or waits for the next turn.
void CompanyLoop::RunTimers() {
  while (!timers_.empty() && timers_.begin()->first <= now_) {
    CompanyGuest* const guest = timers_.begin()->second;
    timers_.erase(timers_.begin());
    guest->OnTime();
  }
}

}  // namespace edgewise::wrk
