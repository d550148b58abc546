#include "bench/load/polite_client.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <ctime>

#include "bench/load/cpu_clock.h"

namespace edgewise::load {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr int kPriority = 10;

bool BecomeRealtime() {
  sched_param parameters{};
  parameters.sched_priority = kPriority;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
}

timespec ToTimespec(Duration duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  timespec time{};
  time.tv_sec = static_cast<time_t>(seconds.count());
  time.tv_nsec = static_cast<long>((duration - seconds).count());
  return time;
}

}  // namespace

bool PoliteClient::Connect(const Target& target, std::size_t first_index) {
  for (std::size_t i = 0; i < shape_.connections; ++i) {
    const int fd = ConnectSocket(target, first_index + i);
    if (fd < 0) {
      complaint_ = std::string("connect: ") + std::strerror(errno);
      return false;
    }
    clients_.push_back({std::make_unique<Lane>(fd, request_), {}});
  }
  return true;
}

void PoliteClient::Run() {
  realtime_ = BecomeRealtime();
  const double interval = 1e9 / shape_.requests_per_second;
  const auto total =
      static_cast<std::size_t>(Seconds(shape_.duration) * shape_.requests_per_second);
  latencies_.reserve(total);
  const Time start = Now();
  for (std::size_t i = 0; i < total && complaint_.empty(); ++i) {
    const Time due =
        start + Duration(static_cast<Duration::rep>(static_cast<double>(i) * interval));
    while (Now() < due && complaint_.empty()) Listen(due);
    Client& client = clients_[i % clients_.size()];
    client.due.push_back(due);
    client.lane->Issue(1);
    if (client.lane->Flush() != Lane::Outcome::kFine) complaint_ = "connection lost";
  }
  const Time deadline = Now() + shape_.patience;
  while (complaint_.empty() && AnythingInFlight() && Now() < deadline) Listen(deadline);
  const Time end = Now();
  for (const Client& client : clients_) {
    for (const Time due : client.due) latencies_.push_back(end - due);
    unanswered_ += client.due.size();
  }
  std::sort(latencies_.begin(), latencies_.end());
}

void PoliteClient::Listen(Time until) {
  std::vector<pollfd> polled;
  for (const Client& client : clients_) polled.push_back({client.lane->fd(), POLLIN, 0});
  const timespec timeout = ToTimespec(std::max(until - Now(), Duration::zero()));
  if (ppoll(polled.data(), polled.size(), &timeout, nullptr) <= 0) return;
  std::array<char, kBufferBytes> buffer;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (polled[i].revents == 0) continue;
    Client& client = clients_[i];
    const Lane::Received received = client.lane->Receive(buffer);
    const Time now = Now();
    for (std::size_t k = 0; k < received.answers; ++k) {
      latencies_.push_back(now - client.due.front());
      client.due.pop_front();
    }
    if (received.outcome == Lane::Outcome::kLost) complaint_ = "connection lost";
    if (received.outcome == Lane::Outcome::kWrongAnswer) complaint_ = "wrong answer";
  }
}

bool PoliteClient::AnythingInFlight() const {
  return std::any_of(clients_.begin(), clients_.end(),
                     [](const Client& client) { return !client.due.empty(); });
}

Duration Percentile(const std::vector<Duration>& sorted, double share) {
  if (sorted.empty()) return Duration::zero();
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace edgewise::load
