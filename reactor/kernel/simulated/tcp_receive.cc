// What a TCP connection receives: data, the urgent byte, the end.
#include <algorithm>

#include "reactor/kernel/simulated/tcp_socket.h"
#include "reactor/kernel/simulated/world.h"

namespace edgewise::sim {

IoResult TcpSocket::Receive(std::span<char> into) {
  if (listening_) return IoResult::Failure(Error::kNotConnected);
  std::size_t count = 0;
  bool stops = false;
  while (count < into.size() && !stops) {
    const std::size_t read = ReadOnce(into.subspan(count), stops);
    if (read == 0 && !stops) break;
    count += read;
  }
  if (count != 0) {
    AfterRead();
    return IoResult::Bytes(count);
  }
  // The order of tcp_recvmsg: an end that was received hides an error, an error comes once.
  if (fin_received_) return IoResult::Bytes(0);
  if (error_ != Error::kNone) return IoResult::Failure(TakeError());
  if (receive_shut_) return IoResult::Bytes(0);
  if (state_ == State::kClosed) return IoResult::Failure(Error::kNotConnected);
  return IoResult::Failure(Error::kWouldBlock);
}

// Up to the urgent byte, which ends a read; past it, when the read begins there.
std::size_t TcpSocket::ReadOnce(std::span<char> into, bool& stops) {
  if (peer_ == nullptr) return 0;
  ByteStream& in = peer_->out_;
  if (!in.urgent) return in.Read(into);
  const ByteStream::Place mark = *in.urgent;
  if (in.read() == mark && in.delivered() > mark) {
    if (!settings.urgent_inline) {
      in.Skip(1);
      in.urgent.reset();
      return in.Read(into);
    }
    in.urgent.reset();
    return in.Read(into);
  }
  const auto before = static_cast<std::size_t>(mark - in.read());
  const std::size_t count = in.Read(into.first(std::min(into.size(), before)));
  stops = count == before && count != 0;
  return count;
}

bool TcpSocket::has_urgent() const {
  return peer_ != nullptr && peer_->out_.urgent && *peer_->out_.urgent < peer_->out_.delivered();
}

bool TcpSocket::has_urgent_alone() const {
  return peer_ != nullptr && peer_->out_.queued() == 1 &&
         peer_->out_.urgent == peer_->out_.read() && !settings.urgent_inline;
}

// The peer may send more than before.
void TcpSocket::AfterRead() {
  if (peer_ == nullptr || !peer_->window_told_) return;
  if (peer_->out_.unsent() == 0 && (!peer_->fin_due_ || peer_->fin_sent_)) return;
  peer_->window_told_ = false;
  ToPeer(kWindow);
}

void TcpSocket::Arrive(ByteStream::Place upto) {
  if (state_ != State::kEstablished || peer_ == nullptr) return;
  // Nobody will read it: who has closed, or shut both sides, answers by a reset, and is told of it.
  if (refuses_input()) {
    // The header, and what is urgent with it, is looked at first (tcp_rcv_state_process).
    const ByteStream& in = peer_->out_;
    urgent_refused_ |= in.urgent && *in.urgent >= in.delivered() && *in.urgent < upto;
    error_ = ResetError();
    SendReset();
    return Wake(0);
  }
  if (world_.Fault(*this, ChoicePoint::kReset, 2) != 0) {
    ToPeer(kResetNow);
    return ArriveReset();
  }
  peer_->out_.Deliver(upto);
  ToPeer(kAck, upto);
  Wake(kEpollIn | kEpollPriority);
}

void TcpSocket::ArriveFin() {
  if (state_ != State::kEstablished) return;
  fin_received_ = true;
  receive_shut_ = true;
  ToPeer(kFinAck);
  Wake(0);
  if (fin_acked_) Done();
}

void TcpSocket::ArriveUrgent(ByteStream::Place place) {
  if (state_ != State::kEstablished || peer_ == nullptr || orphan_) return;
  ByteStream& in = peer_->out_;
  // tcp_check_urg: the one before, if the reader stands right before it, is taken out; otherwise
  // it becomes an ordinary byte.
  if (in.urgent == in.read() && !settings.urgent_inline && in.queued() != 0) in.Skip(1);
  if (place >= in.read()) in.urgent = place;
}

}  // namespace edgewise::sim
