#include "bench/load/idle_herd.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "bench/load/lane.h"
#include "bench/load/request.h"

namespace edgewise::load {
namespace {

using Herd = std::vector<std::unique_ptr<Lane>>;

// One request and its answer. False if there was none in time, or a wrong one.
bool Exchange(Lane* lane, Duration patience) {
  char buffer[4096];
  lane->Issue(1);
  if (lane->Flush() != Lane::Outcome::kFine) return false;
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
  while (lane->in_flight() > 0) {
    pollfd polled{lane->fd(), POLLIN, 0};
    if (poll(&polled, 1, static_cast<int>(wait.count())) <= 0) return false;
    if (lane->Receive(buffer).outcome != Lane::Outcome::kFine) return false;
  }
  return true;
}

bool IsClosed(const std::unique_ptr<Lane>& lane) {
  char byte;
  const ssize_t got = recv(lane->fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN);
}

void WaitForEnd(int signals) {
  pollfd polled[] = {{STDIN_FILENO, POLLIN, 0}, {signals, POLLIN, 0}};
  for (;;) {
    if (poll(polled, 2, -1) < 0) continue;
    if (polled[1].revents != 0) return;
    char ignored[256];
    if (polled[0].revents != 0 && read(STDIN_FILENO, ignored, sizeof ignored) <= 0) return;
  }
}

}  // namespace

int HoldIdleHerd(const LoadOptions& options) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  const int signals = signalfd(-1, &set, SFD_CLOEXEC);

  const Request request(options.protocol, options.payload_bytes);
  Herd herd;
  herd.reserve(options.idle);
  for (std::size_t i = 0; i < options.idle; ++i) {
    const int fd = ConnectSocket(options.target, i);
    if (fd < 0) {
      std::fprintf(stderr, "edgewise-load: connection %zu: %s\n", i, std::strerror(errno));
      return 2;
    }
    herd.push_back(std::make_unique<Lane>(fd, request));
    if (!Exchange(herd.back().get(), options.patience)) {
      std::fprintf(stderr, "edgewise-load: connection %zu was not served\n", i);
      return 2;
    }
  }
  std::printf("{\"idle\": %zu}\n", herd.size());
  std::fflush(stdout);
  WaitForEnd(signals);
  const auto closed = std::count_if(herd.begin(), herd.end(), IsClosed);
  std::printf("{\"closed_by_server\": %td}\n", closed);
  return closed == 0 ? 0 : 1;
}

}  // namespace edgewise::load
