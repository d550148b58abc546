#include "bench/load/closed_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "bench/load/cpu_clock.h"

namespace edgewise::load {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr int kEventsMax = 256;
// How often the loop looks at the clock while the server is silent.
constexpr Duration kHeartbeat = std::chrono::milliseconds(20);

}  // namespace

ClosedLoop::ClosedLoop(const Request& request, const LoopShape& shape)
    : request_(request), shape_(shape), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  buffer_.resize(kBufferBytes);
}

ClosedLoop::~ClosedLoop() { close(epoll_); }

bool ClosedLoop::Start(const Target& target) {
  for (std::size_t i = 0; i < shape_.connections; ++i) {
    const int fd = ConnectSocket(target, i);
    if (fd < 0) {
      complaint_ = std::string("connect: ") + std::strerror(errno);
      return false;
    }
    lanes_.push_back(std::make_unique<Lane>(fd, request_, shape_.scrutiny));
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = lanes_.back().get();
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
      complaint_ = std::string("epoll_ctl: ") + std::strerror(errno);
      return false;
    }
  }
  alive_ = lanes_.size();
  last_answer_ = Now();
  for (const auto& lane : lanes_) {
    IssueMore(lane.get(), shape_.depth);
    if (lane->Flush() != Lane::Outcome::kFine) Fail(lane.get(), "connection lost");
  }
  return true;
}

void ClosedLoop::RunFor(Duration time) {
  const Time end = Now() + time;
  std::array<epoll_event, kEventsMax> events;
  while (!finished_) {
    const Time now = Now();
    if (now >= end) return;
    if (now - last_answer_ > shape_.patience) {
      ++errors_;
      complaint_ = "the server fell silent";
      finished_ = true;
      return;
    }
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::min(end - now, kHeartbeat));
    const int count = epoll_wait(epoll_, events.data(), kEventsMax, static_cast<int>(wait.count()));
    const std::uint64_t before = answers_;
    for (int i = 0; i < count; ++i) {
      Serve(static_cast<Lane*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
    if (answers_ != before) last_answer_ = now;
  }
}

void ClosedLoop::Serve(Lane* lane) {
  const Lane::Received received = lane->Receive(buffer_);
  answers_ += received.answers;
  bytes_received_ += received.bytes;
  switch (received.outcome) {
    case Lane::Outcome::kFine:
      break;
    case Lane::Outcome::kLost:
      return Fail(lane, "connection lost");
    case Lane::Outcome::kWrongAnswer:
      return Fail(lane, "wrong answer");
  }
  if (received.answers != 0) {
    IssueMore(lane, received.answers);
    FinishIfOver();
  }
  if (lane->Flush() != Lane::Outcome::kFine) Fail(lane, "connection lost");
}

void ClosedLoop::IssueMore(Lane* lane, std::size_t answers) {
  std::size_t count = answers;
  if (shape_.refill == Refill::kWholeBatch) count = lane->in_flight() == 0 ? shape_.depth : 0;
  if (shape_.requests_max != 0) {
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, shape_.requests_max - issued_));
  }
  issued_ += count;
  lane->Issue(count);
}

void ClosedLoop::Fail(Lane* lane, std::string what) {
  if (complaint_.empty()) complaint_ = std::move(what);
  ++errors_;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, lane->fd(), nullptr);
  --alive_;
  FinishIfOver();
}

void ClosedLoop::FinishIfOver() {
  if (alive_ == 0 || (shape_.requests_max != 0 && answers_ == shape_.requests_max)) {
    finished_ = true;
  }
}

}  // namespace edgewise::load
