// CompanyLoop: what the guests of a company live on: an epoll instance, a clock, timers, sockets.
//
// Plain system calls and level-triggered events, nothing of the reactor: its client could not
// misbehave so, a guest must not share a fault with the server that it annoys, and what one guest
// does at an event is bounded, so that no other waits long for its turn.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "reactor/kernel/socket_address.h"
#include "reactor/kernel/time.h"

namespace edgewise::wrk {

class CompanyGuest;

// Threading: Wake() by any thread, all else by the one that runs it. Ownership: of its own two
// descriptors; the sockets belong to the guests.
class CompanyLoop {
 public:
  CompanyLoop();
  CompanyLoop(const CompanyLoop&) = delete;
  CompanyLoop& operator=(const CompanyLoop&) = delete;
  ~CompanyLoop();

  // Events and timers once; waits for them as long as there are none. Guests must outlive it.
  void RunOnce();
  // Ends a wait, or the next one.
  void Wake();

  // As of the beginning of this turn.
  Time now() const { return now_; }

  // A socket that connects to `address`; non-blocking, with TCP_NODELAY. To IPv4's loopback it
  // connects from an address of its own in 127.2.0.0/16, another one each time: so neither a
  // server's limit for each address nor the client's range of ports is what is tried. Negative:
  // errno says why not. `room`: its receive buffer in bytes; 0: the system's default.
  int Connect(const SocketAddress& address, int room);
  // Events (level-triggered) of `fd` go to `guest` from now on, until the descriptor is closed.
  // False: errno says why not.
  [[nodiscard]] bool Watch(int fd, CompanyGuest* guest, std::uint32_t events);
  // The same for a descriptor that is watched already.
  void WatchFor(int fd, CompanyGuest* guest, std::uint32_t events);
  // `guest->OnTime()` at `time`. REQUIRES for Cancel: armed so.
  void Arm(CompanyGuest* guest, Time time) { timers_.emplace(time, guest); }
  void Cancel(CompanyGuest* guest, Time time) { timers_.erase({time, guest}); }

  // Room for what is received: for anyone, until it returns.
  std::array<char, 65536>& buffer() { return buffer_; }

 private:
  int WaitMilliseconds() const;
  void RunTimers();

  int epoll_;
  int wake_;
  Time now_;
  std::uint64_t connects_ = 0;
  std::set<std::pair<Time, CompanyGuest*>> timers_;
  std::array<char, 65536> buffer_{};
};

}  // namespace edgewise::wrk
