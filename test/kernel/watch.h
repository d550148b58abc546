// Watch: an epoll descriptor whose tags are the descriptors' own numbers.
#pragma once

#include <cstddef>
#include <vector>

#include "reactor/kernel/kernel.h"
#include "test/kernel/owned_handle.h"

namespace edgewise::kernel_test {

// What Connection registers with.
inline constexpr EpollMask kConnectionMask = kEpollIn | kEpollOut | kEpollPeerFinished | kEpollEdge;
inline constexpr EpollMask kReadMask = kEpollIn | kEpollPeerFinished | kEpollEdge;

// One event, by the number that was registered.
struct Report {
  Handle handle = kNoHandle;
  EpollMask mask = 0;
  friend bool operator==(const Report&, const Report&) = default;
};

// Every failure of a member fails the running test. Threading: the test's own thread.
class Watch {
 public:
  explicit Watch(Kernel& kernel) : kernel_(kernel), epoll_(kernel, kernel.OpenEpoll()) {}
  Watch(Kernel& kernel, Handle handle, EpollMask mask) : Watch(kernel) { Add(handle, mask); }

  Handle epoll() const { return epoll_.get(); }
  void Add(Handle handle, EpollMask mask);
  void Modify(Handle handle, EpollMask mask);
  void Remove(Handle handle);

  // At most `events_max` events; waits at most `timeout` for the first.
  std::vector<Report> Wait(Duration timeout, std::size_t events_max = 64);
  // The mask of the next event, awaited. REQUIRES: one descriptor at most is ready.
  EpollMask Next();
  // The mask of an event that is there already; 0 if there is none.
  EpollMask Now();

 private:
  Kernel& kernel_;
  OwnedHandle epoll_;
};

}  // namespace edgewise::kernel_test
