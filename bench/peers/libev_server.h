// A server on libev, for each of the three services. libev has no buffers, only readiness: its
// manual asks for non-blocking descriptors, and for watchers that are stopped while they are not
// wanted. So the answer is sent at once; what the socket refuses is kept, and the write watcher
// takes the turn of the read watcher until it is gone. The watchers are level-triggered: a read
// that falls short needs no second one. How a connection ends it leaves to its user: here by
// shutdown for writing, then close.
#pragma once

#include <ev.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "bench/floor/floor.h"
#include "bench/peers/inbox.h"
#include "bench/peers/services.h"

namespace peers {

template <typename Service>
class LibevSession {
 public:
  // Owns itself, until its connection ends.
  LibevSession(struct ev_loop* loop, int fd) {
    ev_io_init(&read_, OnReadable, fd, EV_READ);
    ev_io_init(&write_, OnWritable, fd, EV_WRITE);
    read_.data = this;
    write_.data = this;
    ev_io_start(loop, &read_);
  }

 private:
  enum class Progress { kAll, kBlocked, kLost };
  enum class State { kOpen, kLastWrite };

  static void OnReadable(struct ev_loop* loop, ev_io* watcher, int) {
    auto* session = static_cast<LibevSession*>(watcher->data);
    const Progress progress = session->Answer();
    if (progress == Progress::kLost) session->Close(loop);
    if (progress != Progress::kBlocked) return;
    ev_io_stop(loop, &session->read_);
    ev_io_start(loop, &session->write_);
  }

  static void OnWritable(struct ev_loop* loop, ev_io* watcher, int) {
    auto* session = static_cast<LibevSession*>(watcher->data);
    const Progress progress = session->Flush();
    if (progress == Progress::kBlocked) return;
    if (progress == Progress::kLost || session->state_ == State::kLastWrite) {
      session->Close(loop);
      return;
    }
    ev_io_stop(loop, &session->write_);
    ev_io_start(loop, &session->read_);
  }

  void Close(struct ev_loop* loop) {
    ev_io_stop(loop, &read_);
    ev_io_stop(loop, &write_);
    if (state_ == State::kLastWrite) shutdown(read_.fd, SHUT_WR);
    close(read_.fd);
    delete this;
  }

  // Receives and answers until a read falls short.
  Progress Answer() {
    for (;;) {
      const ssize_t got = recv(read_.fd, receive_.data(), receive_.size(), 0);
      if (got == 0) return Progress::kLost;
      if (got < 0) return errno == EAGAIN || errno == EINTR ? Progress::kAll : Progress::kLost;
      const auto size = static_cast<std::size_t>(got);
      const raw::Bytes all = inbox_.Join({receive_.data(), size});
      const Reply reply = service_.Answer(all);
      const Progress sent = reply.size == 0 ? Progress::kAll : Send(reply.data, reply.size);
      inbox_.Leave(all, reply);
      if (!reply.legal) state_ = State::kLastWrite;
      if (sent == Progress::kAll && !reply.legal) return Progress::kLost;
      if (sent != Progress::kAll || size < receive_.size()) return sent;
    }
  }

  Progress Send(const char* data, std::size_t size) {
    ssize_t sent = send(read_.fd, data, size, MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(size)) [[likely]]
      return Progress::kAll;
    if (sent < 0) {
      if (errno != EAGAIN) return Progress::kLost;
      sent = 0;
    }
    owed_.assign(data + sent, size - static_cast<std::size_t>(sent));
    owed_from_ = 0;
    return Progress::kBlocked;
  }

  Progress Flush() {
    while (owed_from_ < owed_.size()) {
      const ssize_t sent =
          send(write_.fd, owed_.data() + owed_from_, owed_.size() - owed_from_, MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN ? Progress::kBlocked : Progress::kLost;
      owed_from_ += static_cast<std::size_t>(sent);
    }
    std::string().swap(owed_);
    return Progress::kAll;
  }

  inline static Service service_;
  alignas(4096) inline static std::array<char, raw::kReceiveBytes> receive_;

  ev_io read_;
  ev_io write_;
  Inbox inbox_;
  std::string owed_;  // what the socket refused
  std::size_t owed_from_ = 0;
  State state_ = State::kOpen;
};

// "The special problem of accept()ing when you can't", in libev's manual: a program of one thread
// keeps a dummy descriptor, gives it up, accepts and closes the peer, and takes the dummy back.
class Dummy {
 public:
  void Shed(int listener) {
    close(fd_);
    const int peer = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer >= 0) close(peer);
    fd_ = Open();
  }

 private:
  static int Open() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

  int fd_ = Open();
};

template <typename Service>
void AcceptByLibev(struct ev_loop* loop, ev_io* watcher, int) {
  for (;;) {
    const int fd = accept4(watcher->fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EMFILE || errno == ENFILE) static_cast<Dummy*>(watcher->data)->Shed(watcher->fd);
      // The watcher is level-triggered: it comes again.
      return;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    new LibevSession<Service>(loop, fd);
  }
}

// The whole program. Ends by a signal.
template <typename Service>
int ServeByLibev(int argc, char** argv) {
  const int listener = raw::Listen(PortOf(argc, argv));
  struct ev_loop* const loop = ev_default_loop(0);
  if (loop == nullptr) raw::Die("ev_default_loop");
  Dummy dummy;
  ev_io accepting;
  ev_io_init(&accepting, AcceptByLibev<Service>, listener, EV_READ);
  accepting.data = &dummy;
  ev_io_start(loop, &accepting);
  ev_run(loop, 0);
  return 0;
}

}  // namespace peers
