// The one file that includes the kernel's headers and reads errno. Every call saves errno on the
// line after the system call; nothing stands between them.
#include "reactor/kernel/linux_kernel.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "reactor/kernel/hot_calls.h"

namespace edgewise {
namespace {

static_assert(kEpollIn == EPOLLIN && kEpollPriority == EPOLLPRI && kEpollOut == EPOLLOUT);
static_assert(kEpollError == EPOLLERR && kEpollHangup == EPOLLHUP);
static_assert(kEpollPeerFinished == EPOLLRDHUP && kEpollExclusive == EPOLLEXCLUSIVE);
static_assert(kEpollEdge == static_cast<EpollMask>(EPOLLET));
static_assert(sizeof(EpollEvent) == sizeof(epoll_event));
static_assert(offsetof(EpollEvent, tag) == offsetof(epoll_event, data));
static_assert(sizeof(ConstBuffer) == sizeof(iovec));

Error LastError() { return static_cast<Error>(errno); }

template <typename Count>
IoResult BytesOrError(Count count) {
  return count >= 0 ? IoResult::Bytes(static_cast<std::size_t>(count))
                    : IoResult::Failure(LastError());
}
Error ErrorOf(int answer) { return answer == 0 ? Error::kNone : LastError(); }
HandleResult HandleOrError(int answer) {
  return answer >= 0 ? HandleResult::Of(answer) : HandleResult::Failure(LastError());
}

// The kernel's form of a SocketAddress.
struct RawAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

RawAddress ToRaw(const SocketAddress& address) {
  RawAddress raw;
  switch (address.family()) {
    case AddressFamily::kIpv4: {
      sockaddr_in in{};
      in.sin_family = AF_INET;
      in.sin_port = htons(address.port());
      std::memcpy(&in.sin_addr, address.ip().data(), sizeof(in.sin_addr));
      std::memcpy(&raw.storage, &in, sizeof(in));
      raw.size = sizeof(in);
      break;
    }
    case AddressFamily::kIpv6: {
      sockaddr_in6 in{};
      in.sin6_family = AF_INET6;
      in.sin6_port = htons(address.port());
      in.sin6_scope_id = address.scope();
      std::memcpy(&in.sin6_addr, address.ip().data(), sizeof(in.sin6_addr));
      std::memcpy(&raw.storage, &in, sizeof(in));
      raw.size = sizeof(in);
      break;
    }
    case AddressFamily::kUnix: {
      sockaddr_un un{};
      un.sun_family = AF_UNIX;
      const std::string_view path = address.path();
      std::memcpy(un.sun_path, path.data(), path.size());
      std::memcpy(&raw.storage, &un, sizeof(un));
      // Only a path ends with a zero byte: an abstract name is as long as it is, and no name at all
      // (a socket that is not bound) must not become the abstract name of no letters.
      const bool is_path = !path.empty() && path.front() != '\0';
      raw.size =
          static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_path ? 1 : 0));
      break;
    }
    case AddressFamily::kNone:
      raw.size = 0;
      break;
  }
  return raw;
}

SocketAddress FromRaw(const RawAddress& raw) {
  switch (raw.storage.ss_family) {
    case AF_INET: {
      sockaddr_in in;
      std::memcpy(&in, &raw.storage, sizeof(in));
      std::array<std::uint8_t, 4> ip;
      std::memcpy(ip.data(), &in.sin_addr, ip.size());
      return SocketAddress::Ipv4(ip, ntohs(in.sin_port));
    }
    case AF_INET6: {
      sockaddr_in6 in;
      std::memcpy(&in, &raw.storage, sizeof(in));
      std::array<std::uint8_t, 16> ip;
      std::memcpy(ip.data(), &in.sin6_addr, ip.size());
      return SocketAddress::Ipv6(ip, ntohs(in.sin6_port), in.sin6_scope_id);
    }
    case AF_UNIX: {
      sockaddr_un un;
      std::memcpy(&un, &raw.storage, sizeof(un));
      const std::size_t header = offsetof(sockaddr_un, sun_path);
      std::size_t length = raw.size > header ? raw.size - header : 0;
      length = std::min(length, sizeof(un.sun_path));
      if (length > 0 && un.sun_path[0] != '\0') length = strnlen(un.sun_path, length);
      return SocketAddress::Unix(std::string_view(un.sun_path, length));
    }
    default:
      return SocketAddress();
  }
}

int FamilyNumber(AddressFamily family) {
  switch (family) {
    case AddressFamily::kIpv4:
      return AF_INET;
    case AddressFamily::kIpv6:
      return AF_INET6;
    case AddressFamily::kUnix:
      return AF_UNIX;
    case AddressFamily::kNone:
      break;
  }
  return AF_UNSPEC;
}

timespec ToTimespec(Duration duration) {
  constexpr Duration kSecond = std::chrono::seconds(1);
  // Most waits are short, and a division is not.
  if (duration < kSecond) [[likely]]
    return {.tv_sec = 0, .tv_nsec = duration.count()};
  return {.tv_sec = duration / kSecond, .tv_nsec = (duration % kSecond).count()};
}

std::chrono::nanoseconds ReadClock(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

static_assert(sizeof(sigset_t) >= sizeof(SignalSet));
sigset_t ToSigset(SignalSet signals) {
  sigset_t set;
  sigemptyset(&set);
  for (int number = 1; number <= 64; ++number) {
    if ((signals & SignalBit(number)) != 0) sigaddset(&set, number);
  }
  return set;
}
SignalSet FromSigset(const sigset_t& set) {
  SignalSet signals = 0;
  for (int number = 1; number <= 64; ++number) {
    if (sigismember(&set, number) == 1) signals |= SignalBit(number);
  }
  return signals;
}

// Set once the kernel has said that it has no epoll_pwait2: ENOSYS before Linux 5.11, or EPERM from
// the system-call filter of a container that does not know the call (which itself never says so).
std::atomic<bool> lacks_nanosecond_wait{false};

// Milliseconds, rounded up: rounded down, the last one before a timer would be a busy loop.
int CeilMilliseconds(Duration timeout) {
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return static_cast<int>(std::min<long long>(milliseconds, INT_MAX));
}

// A wait that may end by itself.
[[gnu::noinline]] IoResult WaitFor(Handle epoll, epoll_event* events, int capacity,
                                   Duration timeout) {
  if (!lacks_nanosecond_wait.load(std::memory_order_relaxed)) [[likely]] {
    const timespec limit = ToTimespec(timeout);
    const IoResult waited = BytesOrError(epoll_pwait2(epoll, events, capacity, &limit, nullptr));
    const bool is_missing =
        waited.error() == Error::kNoSystemCall || waited.error() == Error::kNotPermitted;
    if (!is_missing) return waited;
    lacks_nanosecond_wait.store(true, std::memory_order_relaxed);
  }
  return IoResult::Of(HotCalls::EpollWait(epoll, events, capacity, CeilMilliseconds(timeout)));
}

}  // namespace

LinuxKernel& LinuxKernel::Instance() {
  static LinuxKernel kernel;
  return kernel;
}

Error LinuxKernel::Close(Handle handle) { return ErrorOf(close(handle)); }

HandleResult LinuxKernel::Duplicate(Handle handle) {
  return HandleOrError(fcntl(handle, F_DUPFD_CLOEXEC, 0));
}

HandleResult LinuxKernel::OpenPlaceholder() {
  return HandleOrError(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

std::size_t LinuxKernel::DescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

Error LinuxKernel::RemovePath(std::string_view path) {
  const std::string name(path);
  struct stat what {};
  if (lstat(name.c_str(), &what) == 0 && !S_ISSOCK(what.st_mode)) return Error::kExists;
  return ErrorOf(unlink(name.c_str()));
}

HandleResult LinuxKernel::OpenSocket(AddressFamily family) {
  return HandleOrError(socket(FamilyNumber(family), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

Error LinuxKernel::SetOption(Handle handle, SocketOption option, int value) {
  const auto set = [handle](int level, int name, const auto& what) {
    return ErrorOf(setsockopt(handle, level, name, &what, sizeof(what)));
  };
  switch (option) {
    case SocketOption::kReuseAddress:
      return set(SOL_SOCKET, SO_REUSEADDR, value);
    case SocketOption::kReusePort:
      return set(SOL_SOCKET, SO_REUSEPORT, value);
    case SocketOption::kIpv6Only:
      return set(IPPROTO_IPV6, IPV6_V6ONLY, value);
    case SocketOption::kNoDelay:
      return set(IPPROTO_TCP, TCP_NODELAY, value);
    case SocketOption::kSendBuffer:
      return set(SOL_SOCKET, SO_SNDBUF, value);
    case SocketOption::kReceiveBuffer:
      return set(SOL_SOCKET, SO_RCVBUF, value);
    case SocketOption::kLingerReset:
      return set(SOL_SOCKET, SO_LINGER, linger{.l_onoff = value, .l_linger = 0});
    case SocketOption::kUrgentInline:
      return set(SOL_SOCKET, SO_OOBINLINE, value);
    case SocketOption::kNonBlocking:
      return ErrorOf(ioctl(handle, FIONBIO, &value));
  }
  return Error::kInvalid;
}

Error LinuxKernel::Bind(Handle handle, const SocketAddress& address) {
  RawAddress raw = ToRaw(address);
  return ErrorOf(bind(handle, raw.get(), raw.size));
}

Error LinuxKernel::Listen(Handle handle, int backlog) { return ErrorOf(listen(handle, backlog)); }

AcceptResult LinuxKernel::Accept(Handle listener) {
  RawAddress raw;
  const int handle = accept4(listener, raw.get(), &raw.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (handle < 0) return {.error = LastError()};
  return {.handle = handle, .peer = FromRaw(raw)};
}

Error LinuxKernel::Connect(Handle handle, const SocketAddress& address) {
  RawAddress raw = ToRaw(address);
  return ErrorOf(connect(handle, raw.get(), raw.size));
}

Error LinuxKernel::TakeSocketError(Handle handle) {
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(handle, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return LastError();
  return static_cast<Error>(error);
}

Error LinuxKernel::Shutdown(Handle handle, ShutdownSide side) {
  static_assert(static_cast<int>(ShutdownSide::kRead) == SHUT_RD);
  static_assert(static_cast<int>(ShutdownSide::kWrite) == SHUT_WR);
  static_assert(static_cast<int>(ShutdownSide::kBoth) == SHUT_RDWR);
  return ErrorOf(shutdown(handle, static_cast<int>(side)));
}

AddressResult LinuxKernel::LocalAddress(Handle handle) {
  RawAddress raw;
  if (getsockname(handle, raw.get(), &raw.size) != 0) return {.error = LastError()};
  return {.address = FromRaw(raw)};
}

IoResult LinuxKernel::Receive(Handle handle, std::span<char> into) {
  return IoResult::Of(HotCalls::Receive(handle, into.data(), into.size()));
}

IoResult LinuxKernel::Send(Handle handle, ConstBuffer bytes) {
  return IoResult::Of(HotCalls::Send(handle, bytes.data(), bytes.size()));
}

IoResult LinuxKernel::SendGathered(Handle handle, std::span<const ConstBuffer> pieces) {
  std::array<iovec, kGatherMax> vectors;
  const std::size_t count = std::min(pieces.size(), vectors.size());
  for (std::size_t i = 0; i < count; ++i) {
    vectors[i] = {.iov_base = const_cast<char*>(pieces[i].data()), .iov_len = pieces[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  return BytesOrError(sendmsg(handle, &message, MSG_NOSIGNAL));
}

IoResult LinuxKernel::UnacknowledgedBytes(Handle handle) {
  int bytes = 0;
  if (ioctl(handle, SIOCOUTQ, &bytes) != 0) return IoResult::Failure(LastError());
  return IoResult::Bytes(static_cast<std::size_t>(bytes));
}

EpollMask LinuxKernel::PollNow(Handle handle, EpollMask interest) {
  pollfd look{.fd = handle, .events = static_cast<short>(interest), .revents = 0};
  return poll(&look, 1, 0) > 0 ? static_cast<EpollMask>(look.revents) : 0;
}

HandleResult LinuxKernel::OpenEpoll() { return HandleOrError(epoll_create1(EPOLL_CLOEXEC)); }

Error LinuxKernel::EpollAdd(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  epoll_event event{.events = mask, .data = {.ptr = tag}};
  return ErrorOf(epoll_ctl(epoll, EPOLL_CTL_ADD, handle, &event));
}

Error LinuxKernel::EpollModify(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  epoll_event event{.events = mask, .data = {.ptr = tag}};
  return ErrorOf(epoll_ctl(epoll, EPOLL_CTL_MOD, handle, &event));
}

Error LinuxKernel::EpollRemove(Handle epoll, Handle handle) {
  epoll_event ignored{};
  return ErrorOf(epoll_ctl(epoll, EPOLL_CTL_DEL, handle, &ignored));
}

IoResult LinuxKernel::EpollWait(Handle epoll, std::span<EpollEvent> into, Duration timeout) {
  auto* events = reinterpret_cast<epoll_event*>(into.data());
  const int capacity = static_cast<int>(into.size());
  // A negative timeout is a deadline that has passed; the kernel would call it invalid, or, in
  // milliseconds, wait for ever.
  const bool is_zero = timeout <= Duration::zero();
  if (!is_zero && timeout != kForever) [[unlikely]]
    return WaitFor(epoll, events, capacity, timeout);
  return IoResult::Of(HotCalls::EpollWait(epoll, events, capacity, is_zero ? 0 : -1));
}

HandleResult LinuxKernel::OpenTimer() {
  return HandleOrError(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
}

Error LinuxKernel::ArmTimer(Handle timer, Time at) {
  // All zero stops a timer, so an instant that has passed is never given as that.
  itimerspec when{};
  if (at != kNever) when.it_value = ToTimespec(std::max(at.time_since_epoch(), Duration(1)));
  return ErrorOf(timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, nullptr));
}

HandleResult LinuxKernel::OpenWakeup() {
  return HandleOrError(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
}

Error LinuxKernel::Notify(Handle wakeup) {
  const std::uint64_t one = 1;
  return BytesOrError(write(wakeup, &one, sizeof(one))).error();
}

Error LinuxKernel::ClearWakeup(Handle wakeup) {
  std::uint64_t count = 0;
  return BytesOrError(read(wakeup, &count, sizeof(count))).error();
}

SignalSet LinuxKernel::BlockSignals(SignalSet signals) {
  const sigset_t set = ToSigset(signals);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &set, &before);
  return FromSigset(before);
}

void LinuxKernel::RestoreSignals(SignalSet mask) {
  const sigset_t set = ToSigset(mask);
  pthread_sigmask(SIG_SETMASK, &set, nullptr);
}

HandleResult LinuxKernel::OpenSignals(SignalSet signals) {
  const sigset_t set = ToSigset(signals);
  return HandleOrError(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

Kernel::SignalResult LinuxKernel::ReadSignal(Handle signals) {
  signalfd_siginfo info{};
  const IoResult result = BytesOrError(read(signals, &info, sizeof(info)));
  if (!result.ok()) return {.error = result.error()};
  return {.number = static_cast<int>(info.ssi_signo)};
}

Time LinuxKernel::MonotonicNow() { return Time(ReadClock(CLOCK_MONOTONIC)); }

WallTime LinuxKernel::WallNow() { return WallTime(ReadClock(CLOCK_REALTIME)); }

std::uint64_t LinuxKernel::Random() {
  std::uint64_t value = 0;
  // Never interrupted nor short for 8 bytes once the pool is seeded (getrandom(2)).
  if (getrandom(&value, sizeof(value), 0) != sizeof(value)) {
    value = static_cast<std::uint64_t>(ReadClock(CLOCK_MONOTONIC).count());
  }
  return value;
}

void LinuxKernel::RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) {
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (std::size_t i = 1; i < count; ++i) threads.emplace_back([body, i] { body(i); });
  body(0);
  for (std::thread& thread : threads) thread.join();
}

void LinuxKernel::ExitNow(int code) { _exit(code); }

}  // namespace edgewise
