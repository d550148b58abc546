// OwnedHandle: a descriptor that is closed at the end of its scope.
#pragma once

#include "reactor/kernel/kernel.h"

namespace edgewise::kernel_test {

// Neither copies nor moves; put several into a std::deque with emplace_back(kernel, handle).
// Ownership: the kernel must outlive it.
class OwnedHandle {
 public:
  // Fails the running test if `result` is an error.
  OwnedHandle(Kernel& kernel, HandleResult result);
  OwnedHandle(Kernel& kernel, Handle handle) : kernel_(kernel), handle_(handle) {}
  OwnedHandle(const OwnedHandle&) = delete;
  OwnedHandle& operator=(const OwnedHandle&) = delete;
  ~OwnedHandle();

  Handle get() const { return handle_; }
  // Closes now; fails the running test if that is refused. A second call does nothing.
  void Close();

 private:
  Kernel& kernel_;
  Handle handle_;
};

}  // namespace edgewise::kernel_test
