// SocketPair: the two ends of one connection.
#pragma once

#include "test/kernel/listener.h"
#include "test/kernel/owned_handle.h"

namespace edgewise::kernel_test {

// `ours` is the end that a server holds (it was accepted), `peer` the one that connected.
class SocketPair {
 public:
  explicit SocketPair(Kernel& kernel, SocketOptions options = {})
      : listener_(kernel, options), peer_(listener_.Connect()), ours_(listener_.Accept()) {}

  Handle ours() const { return ours_.get(); }
  Handle peer() const { return peer_.get(); }
  void CloseOurs() { ours_.Close(); }
  void ClosePeer() { peer_.Close(); }

 private:
  Listener listener_;
  OwnedHandle peer_;
  OwnedHandle ours_;
};

}  // namespace edgewise::kernel_test
