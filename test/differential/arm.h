// Arm: one of the two kernels that a walk runs on, with the descriptors of its variables.
#pragma once

#include <cstddef>
#include <vector>

#include "reactor/kernel/kernel.h"
#include "test/differential/operation.h"
#include "test/differential/outcome.h"

namespace edgewise::differential {

// Threading: one. Ownership: of the descriptors of its variables, until CloseAll.
class Arm {
 public:
  // `base` is the lowest number that is free, and all above it are. `passed` is a descriptor to be
  // sent along.
  Arm(Kernel& kernel, Handle base, Handle passed) : kernel_(kernel), base_(base), passed_(passed) {}
  Arm(const Arm&) = delete;
  Arm& operator=(const Arm&) = delete;

  // A send takes at most `most` bytes. (On a real kernel the limit is its own.)
  static constexpr std::size_t kNoLimit = ~std::size_t{0};
  Outcome Do(const Operation& operation, std::size_t most = kNoLimit);
  // The variable's number, open or not; kNoHandle if it was never made.
  Handle number(int variable) const;
  bool is_open(int variable) const;
  int variables() const { return static_cast<int>(slots_.size()); }
  Kernel& kernel() { return kernel_; }
  // Ends every connection by a reset, and closes everything.
  void CloseAll();

 private:
  struct Slot {
    Handle number = kNoHandle;
    bool open = false;
    bool is_socket = false;
    SocketAddress address;  // of a listener
  };

  Outcome Make(const Operation& operation);
  Outcome OnSocket(const Operation& operation, Handle handle, std::size_t most);
  Outcome OnOther(const Operation& operation, Handle handle);
  Outcome Listen(const Operation& operation);
  Outcome Connect(const Operation& operation);
  Outcome Accept(const Operation& operation);
  Outcome Send(const Operation& operation, Handle handle, std::size_t most);
  Outcome Receive(const Operation& operation, Handle handle);
  Outcome Wait(Handle epoll);
  Outcome Keep(const Operation& operation, HandleResult result, bool is_socket);
  HandleResult OpenSocket(const Operation& operation);
  Slot& slot(int variable);

  Kernel& kernel_;
  const Handle base_;
  const Handle passed_;
  std::vector<Slot> slots_;
};

}  // namespace edgewise::differential
