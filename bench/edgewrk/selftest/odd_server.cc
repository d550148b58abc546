#include "bench/edgewrk/selftest/odd_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace edgewise::wrk {

bool OddPeer::ReadRequest() {
  constexpr std::string_view kEnd = "\r\n\r\n";
  for (;;) {
    const std::size_t end = received_.find(kEnd);
    if (end != std::string::npos) {
      received_.erase(0, end + kEnd.size());
      return true;
    }
    std::array<char, 16384> room{};
    const ssize_t got = recv(fd_, room.data(), room.size(), 0);
    if (got <= 0) return false;
    received_.append(room.data(), static_cast<std::size_t>(got));
  }
}

bool OddPeer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void OddPeer::ResetAtClose() {
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

OddServer::OddServer(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || bind(listener_, generic, size) != 0 || listen(listener_, 1024) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    return;
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

OddServer::~OddServer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    for (const Session& session : sessions_) {
      if (session.fd >= 0) shutdown(session.fd, SHUT_RDWR);
    }
  }
  stopped_.notify_all();
  if (listener_ >= 0) shutdown(listener_, SHUT_RDWR);
  if (acceptor_.joinable()) acceptor_.join();
  for (Session& session : sessions_) session.thread.join();
  if (listener_ >= 0) close(listener_);
}

void OddServer::Accept() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (stop_ || fd < 0) {
      if (fd >= 0) close(fd);
      return;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::uint64_t number = accepted_++;
    Reap();
    Session& session = sessions_.emplace_back();
    session.fd = fd;
    session.thread = std::thread([this, &session, number] { Serve(session, number); });
  }
}

void OddServer::Serve(Session& session, std::uint64_t number) {
  OddPeer peer(session.fd, number, [this](Duration time) { return Wait(time); });
  behaviour_(peer);
  const std::lock_guard lock(mutex_);
  close(std::exchange(session.fd, -1));
}

// Threads that are done are joined now and then, so that they do not gather.
void OddServer::Reap() {
  std::erase_if(sessions_, [](Session& session) {
    if (session.fd >= 0) return false;
    session.thread.join();
    return true;
  });
}

bool OddServer::Wait(Duration time) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, time, [this] { return stop_; });
}

}  // namespace edgewise::wrk
