// Kernel: the only door to the operating system.
//
// Everything in Edgewise that would be a system call goes through this interface, so that the same
// reactor, unchanged, runs on the real kernel (LinuxKernel), on a scripted or simulated one, or on
// a decorator that records or injects faults. One indirect call beside a system call costs nothing
// that can be measured. A check over the libraries' undefined symbols (test/tidy/symbols.py)
// proves that nothing reaches around it.
//
// The calls are the operating system's own, one for one, with the house rules built in: every
// descriptor is created close-on-exec and non-blocking, every send carries MSG_NOSIGNAL, and an
// error is a value. Nothing here retries, waits (but for EpollWait) or keeps state about
// descriptors. EINTR is reported like any other error: the caller decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "reactor/kernel/epoll_event.h"
#include "reactor/kernel/error.h"
#include "reactor/kernel/io_result.h"
#include "reactor/kernel/socket_address.h"
#include "reactor/kernel/time.h"

namespace edgewise {

// What can be set about a socket. Values are 0 or 1 where nothing else is said.
enum class SocketOption : std::uint8_t {
  kReuseAddress,   // SO_REUSEADDR
  kReusePort,      // SO_REUSEPORT
  kIpv6Only,       // IPV6_V6ONLY
  kNoDelay,        // TCP_NODELAY
  kSendBuffer,     // SO_SNDBUF, bytes (the kernel doubles it)
  kReceiveBuffer,  // SO_RCVBUF, bytes (the kernel doubles it)
  kLingerReset,    // SO_LINGER {1, 0}: close sends a reset
  kUrgentInline,   // SO_OOBINLINE
  kNonBlocking,    // O_NONBLOCK; for a socket that was made elsewhere
};

// Which direction ends: what is received, what is sent, or both.
enum class ShutdownSide : std::uint8_t { kRead, kWrite, kBoth };

// What accept gave: the new descriptor and the peer's address as *accept* told it. (getpeername
// fails on a connection that was reset before it was accepted.)
struct AcceptResult {
  // kNoHandle, and why, or the caller's new descriptor:
  Handle handle = kNoHandle;
  Error error = Error::kNone;
  // Without a path if the peer is nameless (AF_UNIX).
  SocketAddress peer;
};

// The address of a socket, or the error that was met instead.
struct AddressResult {
  // `address` means something only with kNone:
  Error error = Error::kNone;
  SocketAddress address;
};

// What a descriptor of the file system leads to.
enum class FileKind : std::uint8_t { kRegular, kDirectory, kOther };

// What fstat told of a file.
struct FileInfo {
  // The rest means something only with kNone.
  Error error = Error::kNone;
  // What it is, how many bytes it has, and when they were changed:
  FileKind kind = FileKind::kOther;
  std::uint64_t bytes = 0;
  WallTime modified{};
};

// One piece of a gathered send. The bytes belong to the caller.
using ConstBuffer = std::span<const char>;

// The signals that a service waits for; bit N-1 stands for signal N.
using SignalSet = std::uint64_t;
// The set with nothing but this signal in it. REQUIRES: 1 to 64.
constexpr SignalSet SignalBit(int signal_number) { return SignalSet{1} << (signal_number - 1); }

// Thread safety: LinuxKernel may be used from any number of threads at once. Other kernels say so
// themselves. Ownership: descriptors belong to the caller, who must `Close` each one.
class Kernel {
 public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual ~Kernel() = default;

  // --- Descriptors.

  // close(2). The descriptor is gone whatever is answered, EINTR and EIO included: never retry.
  virtual Error Close(Handle handle) = 0;
  // fcntl(F_DUPFD_CLOEXEC).
  virtual HandleResult Duplicate(Handle handle) = 0;
  // A descriptor with no use but to occupy a number, to be given up at the descriptor limit.
  virtual HandleResult OpenPlaceholder() = 0;
  // The soft limit on this process's descriptors (RLIMIT_NOFILE).
  virtual std::size_t DescriptorLimit() = 0;
  // Removes a socket's path from the file system (unlink). Only ever called for AF_UNIX listeners;
  // what is there and is no socket is left alone, with kExists.
  virtual Error RemovePath(std::string_view path) = 0;

  // --- Sockets: non-blocking, close-on-exec streams.

  // socket(2).
  virtual HandleResult OpenSocket(AddressFamily family) = 0;
  // setsockopt(2); for kNonBlocking an ioctl. `value` as SocketOption says.
  virtual Error SetOption(Handle handle, SocketOption option, int value) = 0;
  // bind(2). Port 0: the system chooses, and LocalAddress tells.
  virtual Error Bind(Handle handle, const SocketAddress& address) = 0;
  // listen(2). The system clamps `backlog`.
  virtual Error Listen(Handle handle, int backlog) = 0;
  // accept4(SOCK_NONBLOCK | SOCK_CLOEXEC).
  virtual AcceptResult Accept(Handle listener) = 0;
  // kInProgress is the normal answer for TCP.
  virtual Error Connect(Handle handle, const SocketAddress& address) = 0;
  // Fetches and clears SO_ERROR. kNone if there was none.
  virtual Error TakeSocketError(Handle handle) = 0;
  // shutdown(2). The descriptor stays open.
  virtual Error Shutdown(Handle handle, ShutdownSide side) = 0;
  // getsockname(2): where it is bound, with the port that the system chose.
  virtual AddressResult LocalAddress(Handle handle) = 0;

  // recv(2). 0 bytes is the end of the peer's stream. REQUIRES: a non-empty buffer.
  virtual IoResult Receive(Handle handle, std::span<char> into) = 0;
  // send(2) with MSG_NOSIGNAL. May fall short.
  virtual IoResult Send(Handle handle, ConstBuffer bytes) = 0;
  // sendmsg(2) with MSG_NOSIGNAL: the pieces in order. May fall short, and does so after the first
  // kGatherMax of them, though there may be room for more:
  static constexpr std::size_t kGatherMax = 64;
  virtual IoResult SendGathered(Handle handle, std::span<const ConstBuffer> pieces) = 0;
  // Bytes written by us that the peer has not acknowledged yet (SIOCOUTQ): the only honest measure
  // of a slow reader's progress.
  virtual IoResult UnacknowledgedBytes(Handle handle) = 0;
  // What a level-triggered look says now (poll(2) with a zero timeout), as an epoll mask. For the
  // lost-edge audit; not for the hot path.
  virtual EpollMask PollNow(Handle handle, EpollMask interest) = 0;

  // --- Files that are served. These calls may wait for a disk, which no readiness tells.

  // A directory to open files beneath (O_PATH).
  virtual HandleResult OpenDirectory(std::string_view path) = 0;
  // Opens for reading what `path`, which is relative, names beneath `directory`: openat2(2) with
  // RESOLVE_BENEATH, so that no "..", no absolute path and no symbolic link leads out of it, not
  // even while names are being changed. kCrossDevice if one would. O_NONBLOCK, so that a pipe
  // without a writer does not stop the caller.
  virtual HandleResult OpenBeneath(Handle directory, std::string_view path) = 0;
  // fstat(2).
  virtual FileInfo Inspect(Handle file) = 0;
  // pread(2). 0 bytes is the end of the file. REQUIRES: a non-empty buffer.
  virtual IoResult ReadAt(Handle file, std::span<char> into, std::uint64_t offset) = 0;
  // sendfile(2), at most `bytes_max`. 0 bytes is the end of the file. May fall short for no reason.
  virtual IoResult SendFile(Handle socket, Handle file, std::uint64_t offset,
                            std::size_t bytes_max) = 0;
  // Opens a file to append lines to, made if it is not there (0644).
  virtual HandleResult OpenLog(std::string_view path) = 0;
  // write(2), to a file. May fall short.
  virtual IoResult Append(Handle log, ConstBuffer bytes) = 0;

  // --- Readiness.

  // epoll_create1(2).
  virtual HandleResult OpenEpoll() = 0;
  // EPOLL_CTL_ADD. Events of `handle` are reported with `tag`. kExists: it is there already.
  virtual Error EpollAdd(Handle epoll, Handle handle, EpollMask mask, void* tag) = 0;
  // Not used by the reactor (no epoll_ctl in the steady state); here for tests and for
  // completeness.
  virtual Error EpollModify(Handle epoll, Handle handle, EpollMask mask, void* tag) = 0;
  // EPOLL_CTL_DEL. Closing the last descriptor of the file does it, too. kNotFound: it is not
  // there.
  virtual Error EpollRemove(Handle epoll, Handle handle) = 0;
  // The number of events written to `into`, as `bytes()`. `timeout`: zero polls, kForever waits;
  // otherwise rounded *up* to what the kernel can express, so that a wait is never a busy zero.
  virtual IoResult EpollWait(Handle epoll, std::span<EpollEvent> into, Duration timeout) = 0;

  // --- Waking at a time.

  // A timerfd on CLOCK_MONOTONIC, not running: readable once it has run out. Registered
  // edge-triggered it need never be read: each ArmTimer that runs out is an edge of its own.
  virtual HandleResult OpenTimer() = 0;
  // Lets it run out at `at`, to the nanosecond; at once if that has passed. Replaces what was armed
  // before, and takes back an edge that nobody has fetched yet. kNever stops it.
  virtual Error ArmTimer(Handle timer, Time at) = 0;

  // --- Waking another thread.

  // An eventfd: readable after `Notify`. Registered edge-triggered it need never be read.
  virtual HandleResult OpenWakeup() = 0;
  // Adds one. A counter near overflow answers kWouldBlock, which still means "awake".
  virtual Error Notify(Handle wakeup) = 0;
  // Takes the counter back to zero. kWouldBlock if it was zero.
  virtual Error ClearWakeup(Handle wakeup) = 0;

  // --- Signals. A signal must be blocked (in every thread) to be read from a descriptor.

  // Blocks `signals` in the calling thread; the answer is the mask before, for RestoreSignals.
  virtual SignalSet BlockSignals(SignalSet signals) = 0;
  // Sets the mask of the calling thread.
  virtual void RestoreSignals(SignalSet mask) = 0;
  // signalfd(2): readable while one of `signals` is pending.
  virtual HandleResult OpenSignals(SignalSet signals) = 0;
  // What a read from it gave.
  struct SignalResult {
    int number = 0;  // 0 if none was pending or the call failed
    // kWouldBlock: none was pending.
    Error error = Error::kNone;
  };
  // Takes one signal, which is pending no more.
  virtual SignalResult ReadSignal(Handle signals) = 0;

  // --- Time and chance.

  // CLOCK_MONOTONIC. Never goes back.
  virtual Time MonotonicNow() = 0;
  // CLOCK_REALTIME. May leap.
  virtual WallTime WallNow() = 0;
  // 64 bits that nobody can guess (getrandom(2)), on the real kernel.
  virtual std::uint64_t Random() = 0;

  // --- The process.

  // Runs `body(0)` in the calling thread and `body(1)` to `body(count - 1)` each in a thread of its
  // own; returns when all of them have. An exception must not leave a body.
  virtual void RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) = 0;

  // One line for the operator (standard error). No newline in `line`.
  virtual void Log(std::string_view line) = 0;
  // _exit(2): nothing is flushed, no destructor runs.
  [[noreturn]] virtual void ExitNow(int code) = 0;
};

}  // namespace edgewise
