// System calls around the Kernel interface, for the tests only.
#include "test/kernel/raw.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "reactor/kernel/simulated/simulated_kernel.h"
#include "test/support/keep_counts.h"

namespace edgewise::kernel_test::raw {
namespace {

IoResult Answer(ssize_t count) {
  return count >= 0 ? IoResult::Bytes(static_cast<std::size_t>(count))
                    : IoResult::Failure(static_cast<Error>(errno));
}

std::atomic<int> signals_handled{0};
static_assert(std::atomic<int>::is_always_lock_free);

void CountSignal(int) { signals_handled.fetch_add(1, std::memory_order_relaxed); }

struct sigaction action_before;

// Null on the real kernel.
sim::SimulatedKernel* Simulated(Kernel& kernel) {
  return dynamic_cast<sim::SimulatedKernel*>(&kernel);
}

}  // namespace

IoResult SendUrgent(Kernel& kernel, Handle handle, std::string_view bytes) {
  if (auto* simulated = Simulated(kernel)) return simulated->SendUrgent(handle, bytes);
  return Answer(send(handle, bytes.data(), bytes.size(), MSG_OOB | MSG_NOSIGNAL));
}

IoResult SendWithDescriptor(Kernel& kernel, Handle handle, std::string_view bytes, Handle passed) {
  if (auto* simulated = Simulated(kernel)) return simulated->SendWithDescriptor(handle, bytes);
  iovec vector{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &passed, sizeof(int));
  return Answer(sendmsg(handle, &message, MSG_NOSIGNAL));
}

Error PeerNameError(Kernel& kernel, Handle handle) {
  if (auto* simulated = Simulated(kernel)) return simulated->PeerNameError(handle);
  sockaddr_storage address;
  socklen_t size = sizeof(address);
  const int answer = getpeername(handle, reinterpret_cast<sockaddr*>(&address), &size);
  return answer == 0 ? Error::kNone : static_cast<Error>(errno);
}

int OptionValue(Handle handle, SocketOption option) {
  const auto get = [handle](int level, int name) {
    int value = -1;
    socklen_t size = sizeof(value);
    return getsockopt(handle, level, name, &value, &size) == 0 ? value : -1;
  };
  switch (option) {
    case SocketOption::kReuseAddress:
      return get(SOL_SOCKET, SO_REUSEADDR);
    case SocketOption::kReusePort:
      return get(SOL_SOCKET, SO_REUSEPORT);
    case SocketOption::kIpv6Only:
      return get(IPPROTO_IPV6, IPV6_V6ONLY);
    case SocketOption::kNoDelay:
      return get(IPPROTO_TCP, TCP_NODELAY);
    case SocketOption::kSendBuffer:
      return get(SOL_SOCKET, SO_SNDBUF);
    case SocketOption::kReceiveBuffer:
      return get(SOL_SOCKET, SO_RCVBUF);
    case SocketOption::kUrgentInline:
      return get(SOL_SOCKET, SO_OOBINLINE);
    case SocketOption::kNonBlocking:
      return IsNonBlocking(handle) ? 1 : 0;
    case SocketOption::kLingerReset: {
      linger value{};
      socklen_t size = sizeof(value);
      if (getsockopt(handle, SOL_SOCKET, SO_LINGER, &value, &size) != 0) return -1;
      return value.l_onoff != 0 && value.l_linger == 0 ? 1 : 0;
    }
  }
  return -1;
}

bool IsCloseOnExec(Handle handle) { return (fcntl(handle, F_GETFD) & FD_CLOEXEC) != 0; }

bool IsNonBlocking(Handle handle) { return (fcntl(handle, F_GETFL) & O_NONBLOCK) != 0; }

bool IsOpen(Handle handle) { return fcntl(handle, F_GETFD) >= 0; }

HandleResult OpenNetlink() {
  const int handle = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
  return handle >= 0 ? HandleResult::Of(handle) : HandleResult::Failure(static_cast<Error>(errno));
}

Error AddToWakeup(Kernel& kernel, Handle wakeup, std::uint64_t value) {
  if (auto* simulated = Simulated(kernel)) return simulated->AddToWakeup(wakeup, value);
  return Answer(write(wakeup, &value, sizeof(value))).error();
}

long Setting(const std::string& path, long otherwise) {
  std::ifstream file(path);
  long value = otherwise;
  return file >> value ? value : otherwise;
}

HandleResult OpenRegularFile() {
  // Not memfd_create: epoll refuses what has no poll operation, and a file on disk is the case.
  std::string name = "/tmp/edgewise-kernel-test-XXXXXX";
  const int handle = mkostemp(name.data(), O_CLOEXEC);
  if (handle < 0) return HandleResult::Failure(static_cast<Error>(errno));
  unlink(name.c_str());
  return HandleResult::Of(handle);
}

std::string MakeFolder() {
  std::string name = "/tmp/edgewise-kernel-test-XXXXXX";
  REQUIRE(mkdtemp(name.data()) != nullptr);
  return name;
}

void RemoveFolder(const std::string& path) { REQUIRE(rmdir(path.c_str()) == 0); }

void MakePipe(const std::string& path) { REQUIRE(mkfifo(path.c_str(), 0600) == 0); }

namespace {

void SetDescriptorLimit(Kernel& kernel, std::size_t soft_limit) {
  if (auto* simulated = Simulated(kernel)) return simulated->SetDescriptorLimit(soft_limit);
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = soft_limit;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

}  // namespace

DescriptorLimit::DescriptorLimit(Kernel& kernel, std::size_t soft_limit)
    : kernel_(kernel), before_(kernel.DescriptorLimit()) {
  SetDescriptorLimit(kernel_, soft_limit);
}

DescriptorLimit::~DescriptorLimit() { SetDescriptorLimit(kernel_, before_); }

RepeatedSignal::RepeatedSignal(Duration period) {
  signals_handled = 0;
  struct sigaction action {};
  action.sa_handler = CountSignal;
  action.sa_flags = SA_RESTART;
  REQUIRE(sigaction(SIGALRM, &action, &action_before) == 0);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(period).count();
  const timeval every{.tv_sec = 0, .tv_usec = static_cast<suseconds_t>(microseconds)};
  const itimerval timer{.it_interval = every, .it_value = every};
  REQUIRE(setitimer(ITIMER_REAL, &timer, nullptr) == 0);
}

RepeatedSignal::~RepeatedSignal() {
  const itimerval off{};
  setitimer(ITIMER_REAL, &off, nullptr);
  sigaction(SIGALRM, &action_before, nullptr);
}

int RepeatedSignal::Count() { return signals_handled; }

void RaiseHere(Kernel& kernel, int signal_number) {
  if (auto* simulated = Simulated(kernel)) return simulated->Raise(signal_number);
  REQUIRE(raise(signal_number) == 0);
}

int RunInChild(const std::function<int()>& body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int code = body();
    KeepCounts();
    _exit(code);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool ForbidNanosecondWait(Error error) {
  const auto answer = SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
  std::array<sock_filter, 4> rules = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_pwait2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, answer),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{.len = rules.size(), .filter = rules.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

void BreakStandardError() {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0 || close(ends[0]) != 0) _exit(100);
  if (dup2(ends[1], STDERR_FILENO) != STDERR_FILENO) _exit(100);
}

std::string CaptureStandardError(const std::function<void()>& body) {
  const int file = memfd_create("standard error", MFD_CLOEXEC);
  REQUIRE(file >= 0);
  const int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  REQUIRE(saved >= 0);
  REQUIRE(dup2(file, STDERR_FILENO) == STDERR_FILENO);
  body();
  REQUIRE(dup2(saved, STDERR_FILENO) == STDERR_FILENO);
  close(saved);
  std::array<char, 4096> text;
  const ssize_t length = pread(file, text.data(), text.size(), 0);
  close(file);
  REQUIRE(length >= 0);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

}  // namespace edgewise::kernel_test::raw
