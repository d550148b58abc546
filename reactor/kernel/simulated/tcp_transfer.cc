// The data of a TCP connection: queues, windows, FIN and RST.
#include <algorithm>

#include "reactor/kernel/simulated/tcp_socket.h"
#include "reactor/kernel/simulated/world.h"

namespace edgewise::sim {
namespace {

constexpr std::size_t kSegmentMax = 65536;

// How the rest of a transmission is cut: the chooser's values.
std::size_t CutOf(std::uint32_t choice, std::size_t count) {
  switch (choice) {
    case 1:
      return 1;
    case 2:
      return std::max<std::size_t>(count / 2, 1);
    case 3:
      return std::max<std::size_t>(count - 1, 1);
    case 4:
      return std::min<std::size_t>(count, 7);
    default:
      return count;
  }
}
constexpr std::uint32_t kCuts = 5;

}  // namespace

std::size_t TcpSocket::send_capacity() const { return settings.send_buffer; }
std::size_t TcpSocket::receive_capacity() const { return settings.receive_buffer; }

// sk_stream_is_writeable: at least a third of the buffer is free.
bool TcpSocket::Writeable() const { return out_.unacknowledged() * 3 <= send_capacity() * 2; }

EpollMask TcpSocket::Poll() {
  if (listening_) return waiting_.empty() ? 0 : kEpollIn;
  EpollMask mask = 0;
  if (error_ != Error::kNone) mask |= kEpollError;
  if (state_ == State::kClosed || (send_shut_ && receive_shut_)) mask |= kEpollHangup;
  if (receive_shut_) mask |= kEpollIn | kEpollPeerFinished;
  if (state_ == State::kConnecting) return mask;
  if (peer_ != nullptr) {
    const ByteStream& in = peer_->out_;
    const bool at_urgent = in.urgent == in.read() && !settings.urgent_inline;
    if (in.queued() > (at_urgent ? 1u : 0u)) mask |= kEpollIn;
    if (in.urgent && *in.urgent < in.delivered()) mask |= kEpollPriority;
  }
  if (send_shut_ || state_ == State::kClosed || Writeable()) {
    mask |= kEpollOut;
  } else {
    no_space_ = true;
  }
  return mask;
}

Time TcpSocket::NextArrival() {
  const Time soonest = world_.timeline().now() + world_.Latency();
  last_arrival_ = std::max(soonest, last_arrival_ + Duration(1));
  return last_arrival_;
}

void TcpSocket::ToPeer(What what, std::uint64_t argument) {
  world_.timeline().At(NextArrival(), *peer_, what, argument);
}

// What the peer has room for.
std::size_t TcpSocket::Window() const {
  const std::size_t taken = out_.queued() + out_.on_its_way();
  const std::size_t capacity = peer_->receive_capacity();
  return capacity > taken ? capacity - taken : 0;
}

void TcpSocket::Transmit() {
  if (peer_ == nullptr || state_ != State::kEstablished) return;
  while (out_.unsent() != 0) {
    const std::size_t count = std::min({out_.unsent(), Window(), kSegmentMax});
    if (count == 0) return;
    const std::size_t cut =
        CutOf(count < 2 ? 0 : world_.chooser().Choose(ChoicePoint::kSegment, kCuts), count);
    out_.Send(cut);
    ToPeer(kSegment, out_.sent());
  }
  TransmitFin();
}

void TcpSocket::TransmitFin() {
  if (!send_shut_ || fin_sent_ || peer_ == nullptr || state_ != State::kEstablished) return;
  if (out_.unsent() != 0) return;
  fin_sent_ = true;
  closed_first_ = !fin_received_;
  ToPeer(kFin);
}

IoResult TcpSocket::Take(std::span<const ConstBuffer> pieces, std::size_t room_max) {
  if (state_ == State::kConnecting) return IoResult::Failure(Error::kWouldBlock);
  if (error_ != Error::kNone) return IoResult::Failure(TakeError());
  if (send_shut_ || state_ == State::kClosed) return IoResult::Failure(Error::kBrokenPipe);
  std::size_t wanted = 0;
  for (const ConstBuffer& piece : pieces) wanted += piece.size();
  const std::size_t used = out_.unacknowledged();
  const std::size_t room = used < send_capacity() ? send_capacity() - used : 0;
  std::size_t left = std::min({wanted, room, room_max});
  const std::size_t taken = left;
  for (const ConstBuffer& piece : pieces) {
    const std::size_t count = std::min(piece.size(), left);
    out_.Write(piece.first(count));
    left -= count;
  }
  if (taken < wanted) {
    no_space_ = true;
    // Nothing is on its way whose acknowledgement could bring the edge that is owed.
    if (out_.unacknowledged() == 0) OweEdge(kEpollOut);
  }
  if (taken == 0 && wanted != 0) return IoResult::Failure(Error::kWouldBlock);
  return IoResult::Bytes(taken);
}

IoResult TcpSocket::Send(std::span<const ConstBuffer> pieces, std::size_t room_max) {
  const IoResult sent = Take(pieces, room_max);
  Transmit();
  return sent;
}

// The last byte is the urgent one. Its place is announced ahead of it, as in the header of the
// segment that carries it.
IoResult TcpSocket::SendUrgent(ConstBuffer bytes) {
  const IoResult sent = Take({&bytes, 1}, bytes.size());
  if (sent.ok() && sent.bytes() != 0) ToPeer(kUrgentPointer, out_.written() - 1);
  Transmit();
  return sent;
}

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

// The peer may send more than before.
void TcpSocket::AfterRead() {
  if (peer_ == nullptr || !peer_->window_told_ || peer_->out_.unsent() == 0) return;
  peer_->window_told_ = false;
  ToPeer(kWindow);
}

Error TcpSocket::Shutdown(ShutdownSide side) {
  if (state_ == State::kClosed && !listening_) return Error::kNotConnected;
  if (side != ShutdownSide::kWrite) receive_shut_ = true;
  if (side != ShutdownSide::kRead && !send_shut_) {
    send_shut_ = true;
    TransmitFin();
  }
  Wake(0);
  return Error::kNone;
}

std::size_t TcpSocket::unacknowledged() const {
  return out_.unacknowledged() + (send_shut_ && !fin_acked_ && state_ == State::kEstablished);
}

void TcpSocket::Arrive(ByteStream::Place upto) {
  if (state_ != State::kEstablished || peer_ == nullptr) return;
  // Nobody will read it: who has closed answers by a reset.
  if (orphan_ || (receive_shut_ && send_shut_)) return SendReset();
  if (world_.Fault(*this, ChoicePoint::kReset, 2) != 0) {
    ToPeer(kResetNow);
    return ArriveReset(fin_received_ ? Error::kBrokenPipe : Error::kConnectionReset);
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

void TcpSocket::Acknowledged() {
  if (no_space_ && Writeable()) {
    no_space_ = false;
    Wake(kEpollOut);
  }
  Transmit();
}

// A reset leaves, behind what has left already; what has not is gone.
void TcpSocket::SendReset() {
  if (peer_ != nullptr) ToPeer(kResetNow);
  out_.DropUnsent();
  state_ = State::kClosed;
  send_shut_ = receive_shut_ = true;
  if (orphan_) LeaveForGood();
}

void TcpSocket::ArriveReset(Error error) {
  if (state_ == State::kConnecting) return FailConnect(Error::kConnectionRefused);
  if (state_ != State::kEstablished) return;
  was_reset_ = true;
  error_ = error;
  out_.DropUnsent();
  Done();
}

// tcp_done.
void TcpSocket::Done() {
  state_ = State::kClosed;
  send_shut_ = receive_shut_ = true;
  if (closed_first_ && fin_received_) world_.network().Linger(local_, settings.reuse_address);
  if (orphan_) return LeaveForGood();
  Wake(0);
}

void TcpSocket::HandleEvent(std::uint32_t what, std::uint64_t argument) {
  switch (what) {
    case kSegment:
      return Arrive(argument);
    case kUrgentPointer:
      return ArriveUrgent(argument);
    case kFin:
      return ArriveFin();
    case kAck:
      out_.Acknowledge(argument);
      return Acknowledged();
    case kFinAck:
      fin_acked_ = true;
      if (fin_received_) Done();
      return;
    case kWindow:
      window_told_ = true;
      return Transmit();
    case kResetNow:
      return ArriveReset(fin_received_ ? Error::kBrokenPipe : Error::kConnectionReset);
    case kRequest:
      return Request();
    case kEstablish:
      return Establish();
    case kQueueUp:
      return QueueUp();
    case kRefuse:
      return FailConnect(static_cast<Error>(argument));
    default:
      return SocketDescription::HandleEvent(what, argument);
  }
}

}  // namespace edgewise::sim
