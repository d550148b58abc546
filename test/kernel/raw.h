// Raw system calls: what the tests need and the Kernel interface, on purpose, does not offer. Those
// that take a kernel do the same on a simulated one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "reactor/kernel/error.h"
#include "reactor/kernel/io_result.h"
#include "reactor/kernel/kernel.h"

namespace edgewise::kernel_test::raw {

// send(2) with MSG_OOB: the last byte becomes the urgent one.
IoResult SendUrgent(Kernel& kernel, Handle handle, std::string_view bytes);
// sendmsg(2) with an SCM_RIGHTS message that carries `passed`.
IoResult SendWithDescriptor(Kernel& kernel, Handle handle, std::string_view bytes, Handle passed);
// The error of getpeername(2).
Error PeerNameError(Kernel& kernel, Handle handle);
// The value of an option as the kernel reports it (getsockopt).
int OptionValue(Handle handle, SocketOption option);
bool IsCloseOnExec(Handle handle);
bool IsNonBlocking(Handle handle);
// Whether the descriptor is open in this process.
bool IsOpen(Handle handle);
// A socket of a family that SocketAddress does not know.
HandleResult OpenNetlink();
// Writes `value` to an eventfd.
Error AddToWakeup(Kernel& kernel, Handle wakeup, std::uint64_t value);
// The number in a file under /proc/sys, or `otherwise` if it cannot be read.
long Setting(const std::string& path, long otherwise);
// A regular file without a name, open for reading and writing.
HandleResult OpenRegularFile();
// A new empty folder under the temporary one; RemoveFolder takes it away.
std::string MakeFolder();
void RemoveFolder(const std::string& path);
// A named pipe.
void MakePipe(const std::string& path);

// EPOLLONESHOT, which Kernel's vocabulary lacks.
inline constexpr EpollMask kEpollOneShot = 1u << 30;

// Sets the soft limit on this process's descriptors until the end of the scope. With the lowest
// free number as the limit, no descriptor is free.
class DescriptorLimit {
 public:
  DescriptorLimit(Kernel& kernel, std::size_t soft_limit);
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit();

 private:
  Kernel& kernel_;
  std::size_t before_;
};

// Sends this process a signal every `period`, handled by a handler that was installed with
// SA_RESTART, until the end of the scope.
class RepeatedSignal {
 public:
  explicit RepeatedSignal(Duration period);
  RepeatedSignal(const RepeatedSignal&) = delete;
  RepeatedSignal& operator=(const RepeatedSignal&) = delete;
  ~RepeatedSignal();

  static int Count();
};

// Sends `signal_number` to the calling thread.
void RaiseHere(Kernel& kernel, int signal_number);

// Runs `body` in a forked child and answers its exit code; -1 if it did not exit by itself.
int RunInChild(const std::function<int()>& body);

// From here on epoll_pwait2 answers `error` in this process. For use in a child only: it cannot
// be undone. False where the sandbox does not allow it.
bool ForbidNanosecondWait(Error error);

// Makes standard error a pipe that nobody reads. For use in a child only.
void BreakStandardError();

// What `body` wrote to standard error.
std::string CaptureStandardError(const std::function<void()>& body);

}  // namespace edgewise::kernel_test::raw
