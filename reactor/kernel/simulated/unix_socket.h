// UnixSocket: one end of an AF_UNIX stream, or a listener, as net/unix/af_unix.c has it.
//
// What is sent stands in the peer's queue at once, message by message; what it occupies is charged
// to the sender until the peer has read it.
#pragma once

#include <deque>
#include <vector>

#include "reactor/kernel/simulated/socket_description.h"

namespace edgewise::sim {

// Threading: that of its world.
class UnixSocket final : public SocketDescription {
 public:
  explicit UnixSocket(World& world);

  Error Bind(const SocketAddress& address) override;
  Error Listen(int backlog) override;
  Error Connect(const SocketAddress& address) override;
  IoResult Receive(std::span<char> into) override;
  IoResult Send(std::span<const ConstBuffer> pieces, std::size_t room_max) override;
  IoResult SendUrgent(ConstBuffer bytes, std::size_t room_max) override;
  // A message that carries a descriptor, which nobody takes: it ends the read that reaches it.
  IoResult SendWithDescriptor(ConstBuffer bytes);
  Error Shutdown(ShutdownSide side) override;
  std::size_t unacknowledged() const override { return charged_; }
  void ResizeSendBuffer(std::size_t bytes) override { send_buffer_ = bytes; }
  Error PeerNameError() const override;
  EpollMask Poll() override;
  void Released() override;

 private:
  struct Message {
    std::vector<char> bytes;
    std::size_t read = 0;
    std::size_t charge = 0;
    bool urgent = false;          // its only byte is
    bool has_descriptor = false;  // the read that takes it takes no more
  };

  bool Writeable() const { return charged_ * 4 <= send_buffer_; }
  IoResult Take(std::span<const ConstBuffer> pieces, std::size_t room_max, bool urgent,
                bool has_descriptor);
  void Queue(UnixSocket& to, std::vector<char> bytes, bool urgent, bool has_descriptor);
  // The front message has been read.
  void Consume();
  bool at_urgent() const { return !queue_.empty() && queue_.front().urgent && has_urgent_; }

  Ref<UnixSocket> peer_;
  SocketAddress peer_name_;
  std::deque<Message> queue_;
  std::size_t send_buffer_;
  std::size_t charged_ = 0;
  bool has_urgent_ = false;  // the newest urgent byte has not been passed
  bool send_shut_ = false;
  bool receive_shut_ = false;
  bool bound_ = false;
  bool dead_ = false;  // its descriptor was closed
};

}  // namespace edgewise::sim
