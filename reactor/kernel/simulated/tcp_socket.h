// TcpSocket: one end of a TCP connection, or a listener, as net/ipv4/tcp*.c have it.
//
// A connection is a pair of sockets that point to each other. Closing the descriptor does not end
// one: it goes on without anybody to hold it until its output and its FIN have left.
#pragma once

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
  IoResult SendUrgent(ConstBuffer bytes) override;
  Error Shutdown(ShutdownSide side) override;
  std::size_t unacknowledged() const override;
  Error PeerNameError() const override;
  EpollMask Poll() override;
  void Released() override;
  void HandleEvent(std::uint32_t what, std::uint64_t argument) override;

  bool connected() const { return state_ == State::kEstablished; }

 private:
  enum class State : std::uint8_t { kClosed, kConnecting, kEstablished };
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
  };

  // --- Life: tcp_socket.cc.
  Error ConnectFate(const SocketAddress& address);
  void ConnectToItself(const SocketAddress& address);
  void Request();
  void Establish();
  void QueueUp();
  void FailConnect(Error error);
  void Inherit(const TcpSocket& listener);
  void ChooseBuffers();
  void ReleaseListener();
  void LeaveForGood();

  // --- Data: tcp_transfer.cc.
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
  void Acknowledged();
  void SendReset();
  void ArriveReset(Error error);
  void Done();
  void AfterRead();
  std::size_t ReadOnce(std::span<char> into, bool& stops);
  // When what leaves now reaches the peer; behind all that left before.
  Time NextArrival();
  // `what` reaches the peer, behind all that left before.
  void ToPeer(What what, std::uint64_t argument = 0);

  State state_ = State::kClosed;
  Ref<TcpSocket> peer_;
  SocketAddress remote_;
  ByteStream out_;  // what we send; the peer reads from it
  Time last_arrival_{};
  bool orphan_ = false;        // its descriptor was closed
  bool send_shut_ = false;     // SEND_SHUTDOWN
  bool receive_shut_ = false;  // RCV_SHUTDOWN
  bool fin_received_ = false;  // SOCK_DONE
  bool fin_sent_ = false;
  bool fin_acked_ = false;
  bool closed_first_ = false;  // our FIN left before the peer's came
  bool no_space_ = false;      // SOCK_NOSPACE: an OUT edge is owed
  bool window_told_ = true;    // no news of the window is on its way
  bool bound_ = false;
  int tries_ = 0;
  Ref<TcpSocket> listener_;  // of the socket that waits to be accepted
};

}  // namespace edgewise::sim
