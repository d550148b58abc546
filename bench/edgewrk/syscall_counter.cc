#include "bench/edgewrk/syscall_counter.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace edgewise::wrk {
namespace {

constexpr const char* kIdFile = "events/raw_syscalls/sys_enter/id";

std::uint64_t ReadNumber(int fd) {
  std::array<char, 32> text{};
  if (fd < 0) return 0;
  const ssize_t got = read(fd, text.data(), text.size() - 1);
  close(fd);
  return got > 0 ? std::strtoull(text.data(), nullptr, 10) : 0;
}

// The tracepoint's number; 0 if it cannot be read. Where nobody has mounted tracefs it is mounted
// for this one look, at no place that anyone could see.
std::uint64_t TracepointId() {
  const std::string usual = std::string("/sys/kernel/tracing/") + kIdFile;
  if (const std::uint64_t id = ReadNumber(open(usual.c_str(), O_RDONLY | O_CLOEXEC))) return id;
  const int context = fsopen("tracefs", FSOPEN_CLOEXEC);
  if (context < 0) return 0;
  std::uint64_t id = 0;
  if (fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0) {
    const int mount = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
    if (mount >= 0) {
      id = ReadNumber(openat(mount, kIdFile, O_RDONLY | O_CLOEXEC));
      close(mount);
    }
  }
  close(context);
  return id;
}

}  // namespace

SyscallCounter::SyscallCounter(pid_t pid) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.inherit = 1;  // threads that come later count, too
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = TracepointId();
  if (attributes.config == 0) return;
  std::error_code error;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, error)) {
    const int thread = std::stoi(task.path().filename());
    const long fd = syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd >= 0) {
      counters_.push_back(static_cast<int>(fd));
    } else if (errno != ESRCH) {  // (a thread that has just ended)
      Forget();
      return;
    }
  }
}

SyscallCounter::~SyscallCounter() { Forget(); }

void SyscallCounter::Forget() {
  for (const int fd : counters_) close(fd);
  counters_.clear();
}

std::optional<std::uint64_t> SyscallCounter::count() const {
  if (counters_.empty()) return std::nullopt;
  std::uint64_t sum = 0;
  for (const int fd : counters_) {
    std::uint64_t count = 0;
    if (read(fd, &count, sizeof count) != sizeof count) return std::nullopt;
    sum += count;
  }
  return sum;
}

}  // namespace edgewise::wrk
