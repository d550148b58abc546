// How a TCP socket ends, and how it begins anew.
#include <utility>

#include "reactor/kernel/simulated/tcp_socket.h"
#include "reactor/kernel/simulated/world.h"

namespace edgewise::sim {

// tcp_disconnect: of a listener, nothing is left but its address; of a connection that is being
// made, an error.
void TcpSocket::Disconnect() {
  if (state_ == State::kConnecting) error_ = Error::kConnectionReset;
  state_ = State::kClosed;
  call_ = Call::kNone;
  send_shut_ = receive_shut_ = fin_received_ = false;
  fin_due_ = fin_sent_ = fin_ack_came_ = fin_acked_ = closed_first_ = no_space_ = false;
  if (listening_) StopListening();
  if (peer_ == nullptr) return;
  // What the other end has not read yet stays where it can read it.
  peer_->peer_ = Ref<TcpSocket>(new TcpSocket(world_, family_));
  std::swap(peer_->peer_->out_, out_);
  peer_ = nullptr;
}

void TcpSocket::StopListening() {
  listening_ = false;
  // Nobody will accept what waits.
  for (const Waiting& waiting : std::exchange(waiting_, {})) {
    auto& socket = static_cast<TcpSocket&>(*waiting.socket);
    socket.orphan_ = true;
    socket.SendReset();
  }
}

// close(2), tcp_close: unread input, or a wish, makes it a reset; otherwise the output goes on.
void TcpSocket::Released() {
  orphan_ = true;
  if (listening_) {
    StopListening();
    return LeaveForGood();
  }
  const bool unread = peer_ != nullptr && peer_->out_.queued() != 0;
  if (state_ != State::kEstablished) {
    // Who waits for an answer to its request hears of it no more.
    state_ = State::kClosed;
    return LeaveForGood();
  }
  if (unread || settings.linger_reset) return SendReset();
  send_shut_ = receive_shut_ = fin_due_ = true;
  TransmitFin();
}

// The connection is over on this side and nobody holds it: the addresses are free, or nearly.
void TcpSocket::LeaveForGood() {
  if (bound_) world_.network().Unbind(*this);
  bound_ = false;
  peer_ = nullptr;
}

// inet_stream_connect: the second call asks what came of the first.
Error TcpSocket::ConnectAgain() {
  if (state_ == State::kConnecting) return Error::kAlready;
  if (state_ == State::kEstablished) {
    call_ = Call::kConnected;
    return Error::kNone;
  }
  // The next call may try again, with a socket as good as new (tcp_disconnect).
  Disconnect();
  const Error error = TakeError();
  Wake(kEpollError);
  return error == Error::kNone ? Error::kConnectionAborted : error;
}

}  // namespace edgewise::sim
