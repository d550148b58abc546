// The other file that includes the kernel's headers and reads errno: the calls about files.
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "reactor/kernel/linux_kernel.h"

namespace edgewise {
namespace {

template <typename Count>
IoResult BytesOrError(Count count) {
  return count >= 0 ? IoResult::Bytes(static_cast<std::size_t>(count))
                    : IoResult::Failure(static_cast<Error>(errno));
}

template <typename Answer>
HandleResult HandleOrError(Answer answer) {
  return answer >= 0 ? HandleResult::Of(static_cast<Handle>(answer))
                     : HandleResult::Failure(static_cast<Error>(errno));
}

FileKind KindOf(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::kRegular;
  return S_ISDIR(mode) ? FileKind::kDirectory : FileKind::kOther;
}

// Writes of `wanted` bytes that have no MSG_NOSIGNAL. The signal is blocked meanwhile, and the one
// that this very write made is taken back. Whatever falls short may have made one: sendfile that
// met EPIPE after its first pages answers how many bytes those were.
template <typename Write>
IoResult WithoutPipeSignal(LinuxKernel& kernel, std::size_t wanted, Write&& write_now) {
  const SignalSet before = kernel.BlockSignals(SignalBit(SIGPIPE));
  const IoResult result = BytesOrError(write_now());
  const bool all = result.ok() && result.bytes() == wanted;
  if (!all && (before & SignalBit(SIGPIPE)) == 0) {
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    const timespec no_wait{};
    static_cast<void>(sigtimedwait(&pipe_signal, nullptr, &no_wait));
  }
  kernel.RestoreSignals(before);
  return result;
}

// A time beyond what nanoseconds can tell (the year 2262) stands for the last that they can.
WallTime WallTimeOf(const timespec& time) {
  constexpr std::int64_t kSecondsMax = 9'000'000'000;
  const std::int64_t seconds = std::clamp<std::int64_t>(time.tv_sec, -kSecondsMax, kSecondsMax);
  return WallTime(std::chrono::seconds(seconds) + std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

HandleResult LinuxKernel::OpenDirectory(std::string_view path) {
  return HandleOrError(open(std::string(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

HandleResult LinuxKernel::OpenBeneath(Handle directory, std::string_view path) {
  open_how how{};
  how.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const std::string name(path);
  // The C library has no function of that name.
  return HandleOrError(syscall(SYS_openat2, directory, name.c_str(), &how, sizeof(how)));
}

FileInfo LinuxKernel::Inspect(Handle file) {
  struct stat what {};
  if (fstat(file, &what) != 0) return {.error = static_cast<Error>(errno)};
  return {.kind = KindOf(what.st_mode),
          .bytes = static_cast<std::uint64_t>(what.st_size),
          .modified = WallTimeOf(what.st_mtim)};
}

IoResult LinuxKernel::ReadAt(Handle file, std::span<char> into, std::uint64_t offset) {
  return BytesOrError(pread(file, into.data(), into.size(), static_cast<off_t>(offset)));
}

IoResult LinuxKernel::SendFile(Handle socket, Handle file, std::uint64_t offset,
                               std::size_t bytes_max) {
  return WithoutPipeSignal(*this, bytes_max, [&] {
    auto position = static_cast<off_t>(offset);
    return sendfile(socket, file, &position, bytes_max);
  });
}

HandleResult LinuxKernel::OpenLog(std::string_view path) {
  constexpr mode_t kMode = 0644;
  return HandleOrError(
      open(std::string(path).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, kMode));
}

IoResult LinuxKernel::Append(Handle log, ConstBuffer bytes) {
  return WithoutPipeSignal(*this, bytes.size(),
                           [&] { return write(log, bytes.data(), bytes.size()); });
}

void LinuxKernel::Log(std::string_view line) {
  // Nothing is allocated: the line may be about the lack of memory.
  std::array<iovec, 2> pieces{
      {{const_cast<char*>(line.data()), line.size()}, {const_cast<char*>("\n"), 1}}};
  // A line that cannot be written has nowhere to be reported to.
  static_cast<void>(WithoutPipeSignal(
      *this, line.size() + 1, [&] { return writev(STDERR_FILENO, pieces.data(), pieces.size()); }));
}

}  // namespace edgewise
