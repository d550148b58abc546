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
  // Those of SocketOption that have the same names:
  bool reuse_address = false;
  bool reuse_port = false;
  bool ipv6_only = false;
  bool no_delay = false;
  bool linger_reset = false;
  bool urgent_inline = false;
  // Bytes; 0: the world's own:
  std::size_t send_buffer = 0;
  std::size_t receive_buffer = 0;
};

// What a listener and the end of a connection have. Threading: that of its world.
class SocketDescription : public Description {
 public:
  // Not bound yet. `world` must outlive it.
  SocketDescription(Kind kind, World& world, AddressFamily family)
      : Description(kind), world_(world), family_(family) {}

  // As socket was given.
  AddressFamily family() const { return family_; }
  // Where it is bound; no address before.
  const SocketAddress& local() const { return local_; }
  // Listen was called.
  bool listening() const { return listening_; }
  // There is room in the queue of those that wait to be accepted, and how many do:
  bool accepts_more() const { return waiting_.size() <= backlog_; }
  std::size_t waiting() const { return waiting_.size(); }
  // What was set so far.
  SocketSettings settings;

  // The calls of Kernel with these names, for this socket; none of them waits:
  virtual Error Bind(const SocketAddress& address) = 0;
  virtual Error Listen(int backlog) = 0;
  virtual Error Connect(const SocketAddress& address) = 0;
  virtual IoResult Receive(std::span<char> into) = 0;
  // `room_max`: takes no more than that, as a kernel that is short of memory does.
  virtual IoResult Send(std::span<const ConstBuffer> pieces, std::size_t room_max) = 0;
  // As Kernel::Shutdown and UnacknowledgedBytes.
  virtual Error Shutdown(ShutdownSide side) = 0;
  // Bytes that the peer has not acknowledged.
  virtual std::size_t unacknowledged() const = 0;
  // Send with MSG_OOB: the last byte is urgent.
  virtual IoResult SendUrgent(ConstBuffer bytes, std::size_t room_max) = 0;
  // The answer of getpeername.
  virtual Error PeerNameError() const = 0;

  // A socket that waits to be accepted, and its peer's address.
  struct Waiting {
    // Null: nobody waits. The address is the peer's:
    Ref<SocketDescription> socket;
    SocketAddress peer;
  };
  // The next one; an empty reference if there is none.
  Waiting TakeWaiting();
  // SO_ERROR: the pending error, which is pending no more.
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

  // For derived classes. Where it is, what it was made as and bound to, and those that wait for it
  // to accept them:
  World& world_;
  const AddressFamily family_;
  SocketAddress local_;
  bool listening_ = false;
  std::size_t backlog_ = 0;
  std::deque<Waiting> waiting_;
  Error error_ = Error::kNone;  // SO_ERROR
};

}  // namespace edgewise::sim
