// What the three raw servers share: one thread, one epoll descriptor, one receive buffer, no
// framework. They are the limit that Edgewise is measured against: correct, and nothing more. No
// fairness, no limits, no deadlines, no draining at the end.
//
// Each event runs the same loop, whatever its mask says: finish the output that is owed, then
// receive, answer, and go on until the socket would block, or a read falls short. A short read
// means drained only until EPOLLRDHUP is seen: the end of the stream is not reported again. While
// output is owed nothing is received; the OUT edge that ends this brings us back to receiving.
// No two events of one batch belong to one peer, so a peer that is freed leaves no stale pointer.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/floor/bytes.h"

namespace raw {

inline constexpr int kEventsMax = 256;

struct Peer {
  int fd;
  bool finished;  // EPOLLRDHUP was seen
  // Output that the socket refused: owned, null if there is none.
  char* owed;
  std::size_t owed_from;
  std::size_t owed_size;
  // An incomplete request: owned, null if there is none. Echo has no use for it.
  char* partial;
  std::size_t partial_size;
};

// Sends, and keeps what the socket refuses. REQUIRES: nothing is owed. False: the peer is lost.
inline bool Send(Peer* peer, const char* data, std::size_t size) {
  ssize_t sent = send(peer->fd, data, size, MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(size)) [[likely]]
    return true;
  if (sent < 0) {
    if (errno != EAGAIN) return false;
    sent = 0;
  }
  peer->owed_from = 0;
  peer->owed_size = size - static_cast<std::size_t>(sent);
  peer->owed = static_cast<char*>(Check(std::malloc(peer->owed_size)));
  std::memcpy(peer->owed, data + sent, peer->owed_size);
  return true;
}

enum class Flushed { kAll, kBlocked, kLost };

inline Flushed Flush(Peer* peer) {
  while (peer->owed_from < peer->owed_size) {
    const ssize_t sent = send(peer->fd, peer->owed + peer->owed_from,
                              peer->owed_size - peer->owed_from, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN ? Flushed::kBlocked : Flushed::kLost;
    peer->owed_from += static_cast<std::size_t>(sent);
  }
  std::free(peer->owed);
  peer->owed = nullptr;
  return Flushed::kAll;
}

// What came now, behind what was left from before.
inline Bytes Join(Peer* peer, Bytes input) {
  if (peer->partial == nullptr) [[likely]]
    return input;
  const std::size_t size = peer->partial_size + input.size;
  peer->partial = static_cast<char*>(Check(std::realloc(peer->partial, size)));
  std::memcpy(peer->partial + peer->partial_size, input.data, input.size);
  peer->partial_size = size;
  return {peer->partial, size};
}

// Keeps what follows the first `used` bytes of `joined` (the answer of Join) for the next time.
inline void Leave(Peer* peer, Bytes joined, std::size_t used) {
  if (peer->partial == nullptr && used == joined.size) [[likely]]
    return;
  if (peer->partial != nullptr && used == 0) return;
  const std::size_t size = joined.size - used;
  char* rest = nullptr;
  if (size != 0) {
    rest = static_cast<char*>(Check(std::malloc(size)));
    std::memcpy(rest, joined.data + used, size);
  }
  std::free(peer->partial);
  peer->partial = rest;
  peer->partial_size = size;
}

inline int Listen(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) Die("socket");
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, generic, length) != 0) Die("bind");
  if (listen(listener, kBacklog) != 0) Die("listen");
  if (getsockname(listener, generic, &length) != 0) Die("getsockname");
  std::printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

inline void AcceptAll(int epoll, int listener) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EAGAIN) return;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) Die("accept4");
      continue;  // the error of one peer
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto* peer = static_cast<Peer*>(Check(std::calloc(1, sizeof(Peer))));
    peer->fd = fd;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = peer;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll_ctl");
  }
}

// Answers what is there. False: the peer is to be closed. `answer(peer, bytes)` answers the
// requests in `bytes` with one Send, and says false to have the peer closed.
template <typename Answer>
bool Converse(Peer* peer, char* buffer, Answer& answer) {
  for (;;) {
    if (peer->owed != nullptr) {
      const Flushed flushed = Flush(peer);
      if (flushed != Flushed::kAll) return flushed == Flushed::kBlocked;
    }
    const ssize_t got = recv(peer->fd, buffer, kReceiveBytes, 0);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    const auto size = static_cast<std::size_t>(got);
    if (!answer(peer, Bytes{buffer, size})) return false;
    if (size < kReceiveBytes && !peer->finished) return true;
  }
}

inline void Close(int epoll, Peer* peer) {
  epoll_ctl(epoll, EPOLL_CTL_DEL, peer->fd, nullptr);
  close(peer->fd);
  std::free(peer->owed);
  std::free(peer->partial);
  std::free(peer);
}

// The whole program. Ends by a signal.
template <typename Answer>
[[noreturn]] void Serve(int argc, char** argv, Answer answer) {
  static char buffer[kReceiveBytes];
  const int listener = Listen(argc > 1 ? std::atoi(argv[1]) : 0);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) Die("epoll_create1");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0) Die("epoll_ctl");
  for (;;) {
    epoll_event events[kEventsMax];
    const int count = epoll_wait(epoll, events, kEventsMax, -1);
    if (count < 0 && errno != EINTR) Die("epoll_wait");
    for (int i = 0; i < count; ++i) {
      auto* peer = static_cast<Peer*>(events[i].data.ptr);
      if (peer == nullptr) {
        AcceptAll(epoll, listener);
        continue;
      }
      if (events[i].events & EPOLLRDHUP) peer->finished = true;
      if (!Converse(peer, buffer, answer)) Close(epoll, peer);
    }
  }
}

}  // namespace raw
