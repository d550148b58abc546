// EpollWaiters: who waits for an epoll instance; the world's threads.
#pragma once

namespace edgewise::sim {

class EpollDescription;

class EpollWaiters {
 public:
  virtual ~EpollWaiters() = default;
  // Something was put into the ready list of `epoll`.
  virtual void WakeWaiters(EpollDescription& epoll) = 0;
  // A thread is waiting for `epoll` right now.
  virtual bool HasWaiter(const EpollDescription& epoll) const = 0;
};

}  // namespace edgewise::sim
