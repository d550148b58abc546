// A child process, a pipe, and SIGABRT.
#include "test/reactor/death.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <iostream>

#include "test/support/keep_counts.h"

namespace edgewise {

std::string DeathMessage(const std::function<void()>& body) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  // What stands in a buffer would be written by both processes.
  std::fflush(nullptr);
  std::cout.flush();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{};
    ::setrlimit(RLIMIT_CORE, &no_core);
    // The test framework would catch the signal and report it as its own failure. (A handler that
    // returns lets abort() go on.)
    ::signal(SIGABRT, [](int) { KeepCounts(); });
    ::dup2(ends[1], STDERR_FILENO);
    body();
    KeepCounts();
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string said;
  std::array<char, 512> bytes{};
  for (ssize_t got = 0; (got = ::read(ends[0], bytes.data(), bytes.size())) > 0;) {
    said.append(bytes.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? said : "survived";
}

}  // namespace edgewise
