// fork, wait, and a pipe for what the child has to say. With SharedMemory the only file of the
// simulation that meets the real system.
#include "reactor/kernel/simulated/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "reactor/kernel/simulated/shared_memory.h"

// Of the compiler's coverage library, where that is part of the program.
extern "C" void __gcov_dump() __attribute__((weak));  // NOLINT(bugprone-reserved-identifier)

namespace edgewise::sim {
namespace {

constexpr std::size_t kErrorsKept = 8192;
constexpr int kThrew = 99;
constexpr int kExitedWithDone = 98;

[[noreturn]] void GiveUp(const char* what) {
  std::perror(what);
  std::abort();
}

// The process is about to end without exit(), which would write its counts down.
void KeepCounts() {
  if (__gcov_dump != nullptr) __gcov_dump();
}

}  // namespace

SharedMemory::SharedMemory(std::size_t bytes)
    : memory_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
      bytes_(bytes) {
  if (memory_ == MAP_FAILED) GiveUp("edgewise: simulation: no memory to share with a child");
}

SharedMemory::~SharedMemory() { munmap(memory_, bytes_); }

ChildProcess::ChildProcess(const std::function<void()>& work) {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) GiveUp("edgewise: simulation: no pipe for a child");
  std::fflush(nullptr);
  child_ = fork();
  if (child_ < 0) GiveUp("edgewise: simulation: no child process");
  if (child_ == 0) {
    dup2(ends[1], STDERR_FILENO);
    // A handler that a test framework has set would print, and run its own end.
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTERM, SIGINT}) {
      signal(number, SIG_DFL);
    }
    // The last one set is the first to run: what else is to be done at an exit (the reports of a
    // test framework, above all) is the parent's.
    on_exit([](int code, void*) { Exit(code == kDone ? kExitedWithDone : code); }, nullptr);
    // (When a handler returns, abort() goes on.)
    if (__gcov_dump != nullptr) signal(SIGABRT, [](int) { KeepCounts(); });
    try {
      work();
    } catch (...) {
      std::fprintf(stderr, "an exception left the scenario\n");
      Exit(kThrew);
    }
    Exit(kDone);
  }
  close(ends[1]);
  pipe_ = ends[0];
  fcntl(pipe_, F_SETFL, O_NONBLOCK);
}

ChildProcess::~ChildProcess() {
  if (child_ >= 0) static_cast<void>(Wait(0));
  close(pipe_);
}

void ChildProcess::Exit(int code) {
  KeepCounts();
  _exit(code);
}

void ChildProcess::ReadErrors() {
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t count = read(pipe_, buffer.data(), buffer.size());
    if (count <= 0) return;
    errors_.append(buffer.data(), static_cast<std::size_t>(count));
    if (errors_.size() > 2 * kErrorsKept) errors_.erase(0, errors_.size() - kErrorsKept);
  }
}

bool ChildProcess::HasEnded() {
  if (child_ < 0) return true;
  ReadErrors();
  const pid_t ended = waitpid(child_, &status_, WNOHANG);
  if (ended != child_) return false;
  child_ = -1;
  ReadErrors();
  return true;
}

bool ChildProcess::EndsWithin(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (!HasEnded()) {
    const auto left = std::chrono::duration<double, std::milli>(end - Clock::now()).count();
    if (left <= 0) return false;
    pollfd look{.fd = pipe_, .events = POLLIN, .revents = 0};
    poll(&look, 1, static_cast<int>(left) + 1);
    // The pipe closes with the child; only its last moments are left to wait for.
    if (look.revents == POLLHUP) {
      waitpid(child_, &status_, 0);
      child_ = -1;
    }
  }
  return true;
}

std::string ChildProcess::Wait(double seconds_max) {
  if (!EndsWithin(seconds_max)) {
    kill(child_, SIGKILL);
    waitpid(child_, &status_, 0);
    child_ = -1;
    ReadErrors();
    return "did not end";
  }
  if (WIFSIGNALED(status_)) {
    const int number = WTERMSIG(status_);
    return "ended by signal " + std::to_string(number) + " (" + strsignal(number) + ")";
  }
  const int code = WEXITSTATUS(status_);
  if (code == kExitedWithDone) return "called exit(0)";
  return code == kDone ? "" : "exited with " + std::to_string(code);
}

}  // namespace edgewise::sim
