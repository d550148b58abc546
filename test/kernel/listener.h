// Listener: a listening socket on a port (or an abstract name) that the kernel chose.
#pragma once

#include "reactor/kernel/kernel.h"
#include "test/kernel/owned_handle.h"

namespace edgewise::kernel_test {

// How a test wants its sockets.
struct SocketOptions {
  AddressFamily family = AddressFamily::kIpv4;
  int backlog = 64;
  // SO_SNDBUF and SO_RCVBUF of both ends, in bytes. 0: left to the kernel, which grows them.
  int send_buffer = 0;
  int receive_buffer = 0;
};

// Every failure of a member fails the running test. Threading: the test's own thread.
class Listener {
 public:
  explicit Listener(Kernel& kernel, SocketOptions options = {});

  Handle get() const { return socket_.get(); }
  void Close() { socket_.Close(); }
  SocketAddress address() const { return address_; }

  // A client whose connection is established, accepted or not.
  OwnedHandle Connect();
  // The next waiting connection; awaits one.
  OwnedHandle Accept();

 private:
  HandleResult OpenSocket();

  Kernel& kernel_;
  const SocketOptions options_;
  OwnedHandle socket_;
  SocketAddress address_;
};

}  // namespace edgewise::kernel_test
