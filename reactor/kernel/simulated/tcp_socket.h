// TcpSocket: one end of a TCP connection, or a listener, as net/ipv4/tcp*.c have it.
//
// A connection is a pair of sockets that point to each other. Closing the descriptor does not end
// one: it goes on without anybody to hold it until its output and its FIN have left.
#pragma once

#include <optional>

#include "reactor/kernel/simulated/byte_stream.h"
#include "reactor/kernel/simulated/socket_description.h"

namespace edgewise::sim {

// Threading: that of its world.
class TcpSocket final : public SocketDescription {
 public:
  TcpSocket(World& world, AddressFamily family);
  ~TcpSocket() override;
  // The world ends: lets go of all others.
  void Abandon();

  Error Bind(const SocketAddress& address) override;
  Error Listen(int backlog) override;
  Error Connect(const SocketAddress& address) override;
  IoResult Receive(std::span<char> into) override;
  IoResult Send(std::span<const ConstBuffer> pieces, std::size_t room_max) override;
  IoResult SendUrgent(ConstBuffer bytes, std::size_t room_max) override;
  Error Shutdown(ShutdownSide side) override;
  std::size_t unacknowledged() const override;
  Error PeerNameError() const override;
  EpollMask Poll() override;
  EpollMask Report() override;
  void Released() override;
  void HandleEvent(std::uint32_t what, std::uint64_t argument) override;

  bool connected() const { return state_ == State::kEstablished; }
  bool connecting() const { return state_ == State::kConnecting; }
  // Our FIN, and the peer's, is at the end of the stream.
  bool finished() const { return fin_due_; }
  bool peer_finished() const { return fin_received_; }
  // Nobody has a descriptor of it yet; any more.
  bool unaccepted() const { return number == kNoHandle; }
  bool orphan() const { return orphan_; }
  // What arrives is answered by a reset.
  bool refuses_input() const { return orphan_ || (receive_shut_ && send_shut_); }

  // --- For who walks beside a real kernel.

  TcpSocket* peer() { return peer_.get(); }
  ByteStream::Place written() const { return out_.written(); }
  ByteStream::Place received() const { return peer_ == nullptr ? 0 : peer_->out_.delivered(); }
  void ResizeSendBuffer(std::size_t bytes) override { settings.send_buffer = bytes; }
  // The window ends at this place of the peer's stream.
  void ReceiveUpTo(ByteStream::Place place);
  // There is nothing to be read but the urgent byte; whether the receive buffer is so tight that
  // this is IN all the same (tcp_epollin_ready).
  bool has_urgent_alone() const;
  void SetTight(bool tight) { tight_ = tight; }
  // The place of an urgent byte is told when TellUrgent says so, not with what leaves next.
  void HoldUrgent() { urgent_held_ = true; }
  bool has_urgent_to_tell() const { return urgent_to_tell_.has_value(); }
  void TellUrgent();
  // One has arrived, and was not passed.
  bool has_urgent() const;
  ByteStream::Place read() const { return peer_ == nullptr ? 0 : peer_->out_.read(); }
  // The peer has acknowledged no more than this much, for now.
  void AcknowledgeUpTo(ByteStream::Place place);

 private:
  enum class State : std::uint8_t { kClosed, kConnecting, kEstablished };
  // What connect(2) goes by (socket->state), which a connection's end leaves as it is.
  enum class Call : std::uint8_t { kNone, kConnecting, kConnected, kDisconnecting };
  // What reaches this end.
  enum What : std::uint32_t {
    kSegment,        // argument: up to this place of the peer's stream
    kUrgentPointer,  // argument: the place
    kFin,
    kAck,  // argument: up to this place of our stream
    kFinAck,
    kWindow,  // the peer has read: there may be room to send
    kResetNow,
    kRequest,    // a listener: of a client that is in requests_
    kEstablish,  // a client: the listener has answered
    kQueueUp,    // the listener's new socket: the handshake is complete
    kRefuse,     // argument: an Error
    kHangUp,     // a report of it that says too much
  };

  // --- Life: tcp_socket.cc, tcp_ending.cc.
  Error ConnectAgain();
  Error ConnectFate(const SocketAddress& address);
  void ConnectToItself(const SocketAddress& address);
  void Request();
  void Establish();
  void QueueUp();
  void FailConnect(Error error);
  void Inherit(const TcpSocket& listener);
  void ChooseBuffers();
  void Disconnect();
  void StopListening();
  void LeaveForGood();

  // --- Data: tcp_transfer.cc, tcp_receive.cc.
  IoResult Take(std::span<const ConstBuffer> pieces, std::size_t room_max);
  void Transmit();
  void TransmitFin();
  std::size_t Window() const;
  std::size_t send_capacity() const;
  std::size_t receive_capacity() const;
  bool Writeable() const;
  void Arrive(ByteStream::Place upto);
  void ArriveFin();
  void ArriveUrgent(ByteStream::Place place);
  void Acknowledge(ByteStream::Place upto);
  void Acknowledged();
  void FinAcknowledged();
  void SendReset();
  void ArriveReset();
  Error ResetError() const;
  void Done();
  void AfterRead();
  std::size_t ReadOnce(std::span<char> into, bool& stops);
  // When what leaves now reaches the peer; behind all that left before.
  Time NextArrival();
  // `what` reaches the peer, behind all that left before.
  void ToPeer(What what, std::uint64_t argument = 0);

  State state_ = State::kClosed;
  Call call_ = Call::kNone;
  bool hangs_up_ = false;  // the next report says so, whatever is true
  Ref<TcpSocket> peer_;
  SocketAddress remote_;
  ByteStream out_;  // what we send; the peer reads from it
  std::optional<ByteStream::Place> urgent_to_tell_;
  ByteStream::Place arrival_max_ = ~ByteStream::Place{0};
  ByteStream::Place acknowledged_max_ = ~ByteStream::Place{0};
  Time last_arrival_{};
  bool orphan_ = false;        // its descriptor was closed
  bool send_shut_ = false;     // SEND_SHUTDOWN
  bool receive_shut_ = false;  // RCV_SHUTDOWN
  bool fin_received_ = false;  // SOCK_DONE
  bool fin_due_ = false;       // at the end of what we send (not if it was shut before it began)
  bool fin_sent_ = false;
  bool fin_ack_came_ = false;
  bool fin_acked_ = false;
  bool closed_first_ = false;    // our FIN left before the peer's came
  bool no_space_ = false;        // SOCK_NOSPACE: an OUT edge is owed
  bool window_told_ = true;      // no news of the window is on its way
  bool urgent_refused_ = false;  // an urgent byte came when nothing was taken any more
  bool urgent_held_ = false;
  bool tight_ = false;
  bool bound_ = false;
  int tries_ = 0;
  Ref<TcpSocket> listener_;  // of the socket that waits to be accepted
};

}  // namespace edgewise::sim
