// See company_guest.h.
#include "bench/edgewrk/company_guest.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace edgewise::wrk {
namespace {

constexpr int kSlowReaderRoom = 4096;  // of its receive buffer
constexpr Duration kSlowSenderPause = std::chrono::seconds(1);
constexpr Duration kPauseMin = std::chrono::milliseconds(10);
constexpr Duration kPauseMax = std::chrono::seconds(1);
// Calls at one event.
constexpr int kSendsMax = 8;
constexpr int kReadsMax = 8;
constexpr std::uint64_t kNoEnd = ~std::uint64_t{0};

// The client's own want, which the server can do nothing about.
bool IsOurOwn(int error) {
  switch (error) {
    case EADDRNOTAVAIL:
    case EADDRINUSE:
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case ENOSPC:  // epoll watches
      return true;
    default:
      return false;
  }
}

}  // namespace

CompanyGuest::~CompanyGuest() {
  if (fd_ >= 0) close(fd_);
}

void CompanyGuest::Leave() {
  Disarm();
  if (stage_ == Stage::kConnecting) ++report().connecting_at_end;
  if (here()) ++report().open_at_end;
  if (fd_ >= 0) CloseSocket();
  stage_ = Stage::kAway;
}

void CompanyGuest::OnTime() {
  armed_ = kNever;
  switch (stage_) {
    case Stage::kAway:
      if (addresses_left_ == 0) {
        addresses_left_ = table_.plan.addresses.size();
        ++report().attempts;
      }
      return Connect();
    case Stage::kConnecting:
      return;
    case Stage::kPresent:  // a slow-sender's second
      ++ticks_;
      return Send();
    case Stage::kHalfClosed:
      ++(answered_ != 0 ? report().unended : report().incomplete);
      return CloseOurselves(Come::kAgain);
  }
}

void CompanyGuest::OnEvents(std::uint32_t events) {
  if (stage_ == Stage::kConnecting) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
      CloseSocket();
      return ConnectFailed(error);
    }
    return Connected();
  }
  constexpr std::uint32_t kOver = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  const std::uint32_t reasons = kind() == CompanyKind::kSlowReader ? kOver : EPOLLIN | kOver;
  if ((events & reasons) != 0) Read();
  if (here()) Send();
}

void CompanyGuest::Connect() {
  fd_ = table_.loop.Connect(table_.plan.addresses[address_],
                            kind() == CompanyKind::kSlowReader ? kSlowReaderRoom : 0);
  if (fd_ < 0) return ConnectFailed(errno);
  stage_ = Stage::kConnecting;
  watched_ = EPOLLOUT;
  if (!table_.loop.Watch(fd_, this, watched_)) {
    const int error = errno;
    CloseSocket();
    ConnectFailed(error);
  }
}

void CompanyGuest::ConnectFailed(int error) {
  stage_ = Stage::kAway;
  address_ = (address_ + 1) % table_.plan.addresses.size();
  if (--addresses_left_ != 0) return ArmAt(table_.loop.now());
  ++(IsOurOwn(error) ? report().failed_here : report().refused);
  if (report().complaint.empty()) report().complaint = std::generic_category().message(error);
  Settle();
  Part(Come::kLater);
}

void CompanyGuest::Connected() {
  stage_ = Stage::kPresent;
  addresses_left_ = 0;
  opened_ = table_.loop.now();
  sent_ = answered_ = requests_ = 0;
  ticks_ = 1;
  using Scrutiny = CompanyAnswers::Scrutiny;
  answers_.emplace(table_.plan, table_.request,
                   kind() == CompanyKind::kGreedy ? Scrutiny::kSizes : Scrutiny::kBytes);
  ++report().opened;
  if (kind() != CompanyKind::kIdle) Settle();
  if (kind() == CompanyKind::kVanish) return CloseOurselves(Come::kAgain);
  Send();
}

std::uint64_t CompanyGuest::Credit() const {
  const std::uint64_t size = table_.request.size();
  switch (kind()) {
    case CompanyKind::kIdle:
    case CompanyKind::kHalfClose:
      return size;
    case CompanyKind::kGreedy:
      return (answered_ + table_.depth) * size;
    case CompanyKind::kSlowReader:
      return kNoEnd;
    case CompanyKind::kSlowSender:
      return ticks_;
    case CompanyKind::kReset:
      return std::max<std::uint64_t>(size / 2, 1);
    case CompanyKind::kVanish:
      return 0;
  }
  return 0;
}

void CompanyGuest::Send() {
  const std::uint64_t credit = Credit();
  for (int i = 0; i < kSendsMax && sent_ < credit; ++i) {
    std::string_view bytes = std::string_view(table_.batch).substr(sent_ % table_.batch.size());
    bytes = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), credit - sent_));
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) return SendFailed();
    sent_ += static_cast<std::uint64_t>(sent);
    report().bytes_sent += static_cast<std::uint64_t>(sent);
    const std::uint64_t whole = sent_ / table_.request.size();
    report().requests += whole - std::exchange(requests_, whole);
  }
  if (sent_ == credit) CreditIsSpent();
  if (here()) WatchForMore();
}

void CompanyGuest::CreditIsSpent() {
  switch (kind()) {
    case CompanyKind::kSlowSender:
      if (armed_ == kNever) ArmAt(table_.loop.now() + kSlowSenderPause);
      return;
    case CompanyKind::kReset: {
      const linger reset{.l_onoff = 1, .l_linger = 0};
      setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
      return CloseOurselves(Come::kAgain);
    }
    case CompanyKind::kHalfClose:
      if (stage_ == Stage::kHalfClosed) return;
      stage_ = Stage::kHalfClosed;
      shutdown(fd_, SHUT_WR);
      return ArmAt(table_.loop.now() + table_.plan.timeout);
    case CompanyKind::kIdle:
    case CompanyKind::kGreedy:
    case CompanyKind::kSlowReader:
    case CompanyKind::kVanish:
      return;
  }
}

void CompanyGuest::WatchForMore() {
  const std::uint32_t reading = kind() == CompanyKind::kSlowReader ? EPOLLRDHUP : EPOLLIN;
  const std::uint32_t wanted = reading | (sent_ < Credit() ? EPOLLOUT : 0u);
  if (wanted == watched_) return;
  watched_ = wanted;
  table_.loop.WatchFor(fd_, this, wanted);
}

// What recv answers; what came is counted.
ssize_t CompanyGuest::Receive() {
  auto& buffer = table_.loop.buffer();
  const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
  if (got <= 0) return got;
  const auto size = static_cast<std::size_t>(got);
  report().bytes_received += size;
  Count(answers_->Take(std::string_view(buffer.data(), size)));
  return got;
}

// Several times, so that an end is seen before something is sent behind it and the server answers
// that with a reset; not for ever, so that others have their turn.
void CompanyGuest::Read() {
  const int most = kind() == CompanyKind::kGreedy ? 1 : kReadsMax;
  for (int i = 0; i < most && here(); ++i) {
    const ssize_t got = Receive();
    if (got > 0) continue;
    if (got < 0 && errno == EAGAIN) return;
    EndedByServer(got == 0 ? Ended::kByFin : Ended::kByReset);
  }
}

// The server is gone; what it said before counts. (After a failed send, recv tells no error.)
void CompanyGuest::SendFailed() {
  while (here() && Receive() > 0) {
  }
  if (here()) EndedByServer(Ended::kByReset);
}

void CompanyGuest::Count(const CompanyAnswers::Taken& taken) {
  const std::uint64_t asked = std::min(taken.answers, requests_ - std::min(requests_, answered_));
  answered_ += asked;
  report().answers += asked;
  report().unasked += taken.answers - asked;
  report().bad += taken.bad;
  if (answered_ != 0) Settle();
  if (!taken.wrong) return;
  ++report().wrong;
  if (kind() == CompanyKind::kHalfClose) ++report().incomplete;
  CloseOurselves(Come::kLater);
}

void CompanyGuest::EndedByServer(Ended how) {
  if (how == Ended::kByFin) Count(answers_->TakeEnd());
  if (how == Ended::kByReset) {
    ++report().closed_by_reset;
  } else if (answers_->announced_end()) {
    ++report().closed_in_protocol;
  } else {
    ++report().closed_by_fin;
  }
  const Duration lived = table_.loop.now() - opened_;
  report().lived_sum += lived;
  report().lived_max = std::max(report().lived_max, lived);
  if (kind() == CompanyKind::kHalfClose) {
    ++(answered_ != 0 ? report().complete : report().incomplete);
  }
  CloseSocket();
  Settle();
  Part(answered_ != 0 ? Come::kAgain : Come::kLater);
}

void CompanyGuest::CloseOurselves(Come when) {
  ++report().closed_by_us;
  CloseSocket();
  Part(when);
}

void CompanyGuest::CloseSocket() {
  close(fd_);
  fd_ = -1;
}

// The next connection: at once, or after a pause, which grows as long as nothing comes of it.
void CompanyGuest::Part(Come when) {
  Disarm();
  stage_ = Stage::kAway;
  pause_ = when == Come::kAgain ? Duration::zero() : std::clamp(pause_ * 2, kPauseMin, kPauseMax);
  ArmAt(table_.loop.now() + pause_);
}

void CompanyGuest::Settle() {
  if (!std::exchange(settled_, true)) --table_.unsettled;
}

void CompanyGuest::ArmAt(Time time) {
  Disarm();
  armed_ = time;
  table_.loop.Arm(this, time);
}

void CompanyGuest::Disarm() {
  if (armed_ != kNever) table_.loop.Cancel(this, std::exchange(armed_, kNever));
}

}  // namespace edgewise::wrk
