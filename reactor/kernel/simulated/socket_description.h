// SocketDescription: what TCP and AF_UNIX sockets have in common.
#pragma once

#include <cstddef>
#include <deque>
#include <span>

#include "reactor/kernel/kernel.h"
#include "reactor/kernel/simulated/description.h"

namespace edgewise::sim {

class World;

// What was set; an accepted socket has what its listener had.
struct SocketSettings {
  bool reuse_address = false;
  bool reuse_port = false;
  bool ipv6_only = false;
  bool no_delay = false;
  bool linger_reset = false;
  bool urgent_inline = false;
  // Bytes; 0: the world's own.
  std::size_t send_buffer = 0;
  std::size_t receive_buffer = 0;
};

class SocketDescription : public Description {
 public:
  SocketDescription(Kind kind, World& world, AddressFamily family)
      : Description(kind), world_(world), family_(family) {}

  AddressFamily family() const { return family_; }
  const SocketAddress& local() const { return local_; }
  bool listening() const { return listening_; }
  bool accepts_more() const { return waiting_.size() <= backlog_; }
  std::size_t waiting() const { return waiting_.size(); }
  SocketSettings settings;

  virtual Error Bind(const SocketAddress& address) = 0;
  virtual Error Listen(int backlog) = 0;
  virtual Error Connect(const SocketAddress& address) = 0;
  virtual IoResult Receive(std::span<char> into) = 0;
  // `room_max`: takes no more than that, as a kernel that is short of memory does.
  virtual IoResult Send(std::span<const ConstBuffer> pieces, std::size_t room_max) = 0;
  virtual Error Shutdown(ShutdownSide side) = 0;
  virtual std::size_t unacknowledged() const = 0;
  virtual IoResult SendUrgent(ConstBuffer bytes, std::size_t room_max) = 0;
  // The answer of getpeername.
  virtual Error PeerNameError() const = 0;

  // A socket that waits to be accepted, and its peer's address.
  struct Waiting {
    Ref<SocketDescription> socket;
    SocketAddress peer;
  };
  // The next one; an empty reference if there is none.
  Waiting TakeWaiting();
  Error TakeError() { return std::exchange(error_, Error::kNone); }

  // What was owed is told: the edges after an EAGAIN that the chooser gave.
  void OweEdge(EpollMask mask);
  void HandleEvent(std::uint32_t what, std::uint64_t argument) override;

  // --- For who walks beside a real kernel, whose buffers went just so far (test/differential).

  // The send buffer has so many bytes from now on.
  virtual void ResizeSendBuffer(std::size_t bytes) = 0;

 protected:
  // Beyond those of the derived classes.
  static constexpr std::uint32_t kOwedEdge = 1000;

  World& world_;
  const AddressFamily family_;
  SocketAddress local_;
  bool listening_ = false;
  std::size_t backlog_ = 0;
  std::deque<Waiting> waiting_;
  Error error_ = Error::kNone;  // SO_ERROR
};

}  // namespace edgewise::sim
