// OddServer: a server whose every move is known, for tests of the harness.
//
// It uses plain blocking sockets and a thread for each connection, and nothing of Edgewise: it must
// not share a fault with what it tests.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "reactor/kernel/time.h"

namespace edgewise::wrk {

// One connection, as a behaviour sees it. Every call answers false when there is nothing more to be
// done with it.
class OddPeer {
 public:
  OddPeer(int fd, std::uint64_t number, std::function<bool(Duration)> wait)
      : fd_(fd), number_(number), wait_(std::move(wait)) {}

  // Which one of the server it is, from 0.
  std::uint64_t number() const { return number_; }
  // Waits for the next whole request (a head: nothing here sends bodies).
  bool ReadRequest();
  bool Send(std::string_view bytes);
  // False if the server stops meanwhile.
  bool Wait(Duration time) { return wait_(time); }
  // Closing will send a reset.
  void ResetAtClose();

 private:
  int fd_;
  std::uint64_t number_;
  std::function<bool(Duration)> wait_;
  std::string received_;
};

// Threading: made and destroyed by one thread; the behaviour runs in a thread of its own for each
// connection, and the connection closes when it returns. Ownership: of all sockets and threads.
class OddServer {
 public:
  using Behaviour = std::function<void(OddPeer&)>;

  // Listens on 127.0.0.1. port() is 0 if that failed.
  explicit OddServer(Behaviour behaviour);
  OddServer(const OddServer&) = delete;
  OddServer& operator=(const OddServer&) = delete;
  ~OddServer();

  std::uint16_t port() const { return port_; }
  std::uint64_t accepted() const { return accepted_; }

 private:
  struct Session {
    int fd = -1;  // negative: its behaviour has returned
    std::thread thread;
  };

  void Accept();
  void Serve(Session& session, std::uint64_t number);
  void Reap();
  bool Wait(Duration time);

  const Behaviour behaviour_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> accepted_{0};
  std::mutex mutex_;  // for what follows
  std::condition_variable stopped_;
  bool stop_ = false;
  std::list<Session> sessions_;
  std::thread acceptor_;
};

}  // namespace edgewise::wrk
