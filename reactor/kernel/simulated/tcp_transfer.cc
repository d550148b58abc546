// What a TCP connection sends: queues, windows, FIN and RST.
#include <algorithm>
#include <utility>

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
  if (urgent_refused_) mask |= kEpollPriority;
  if (state_ == State::kConnecting) return mask;
  if (peer_ != nullptr) {
    const ByteStream& in = peer_->out_;
    const bool at_urgent = in.urgent == in.read() && !settings.urgent_inline;
    if (in.queued() > (at_urgent && !tight_ ? 1u : 0u)) mask |= kEpollIn;
    if (has_urgent()) mask |= kEpollPriority;
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

void TcpSocket::TellUrgent() {
  if (!urgent_to_tell_ || peer_ == nullptr) return;
  const ByteStream::Place place = *std::exchange(urgent_to_tell_, std::nullopt);
  world_.timeline().At(NextArrival(), *peer_, kUrgentPointer, place);
}

void TcpSocket::ToPeer(What what, std::uint64_t argument) {
  // The header of whatever leaves announces the urgent byte, an acknowledgement's too; that of a
  // reset is not read so far.
  const bool carries = what == kSegment && argument > urgent_to_tell_.value_or(argument);
  if (carries || (!urgent_held_ && what != kResetNow)) TellUrgent();
  world_.timeline().At(NextArrival(), *peer_, what, argument);
}

// What the peer has room for.
std::size_t TcpSocket::Window() const {
  const std::size_t taken = out_.queued() + out_.on_its_way();
  const std::size_t capacity = peer_->receive_capacity();
  const std::size_t room = capacity > taken ? capacity - taken : 0;
  const ByteStream::Place end = std::max(peer_->arrival_max_, out_.sent());
  return static_cast<std::size_t>(std::min<ByteStream::Place>(room, end - out_.sent()));
}

void TcpSocket::ReceiveUpTo(ByteStream::Place place) {
  settings.receive_buffer = ~std::size_t{0} >> 1;
  arrival_max_ = place;
  if (peer_ != nullptr) peer_->Transmit();
}

void TcpSocket::AcknowledgeUpTo(ByteStream::Place place) {
  acknowledged_max_ = place;
  Acknowledge(out_.delivered());
  if (state_ == State::kEstablished) FinAcknowledged();
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
  if (!fin_due_ || fin_sent_ || peer_ == nullptr || state_ != State::kEstablished) return;
  // It takes a place in the window, as a byte does.
  if (out_.unsent() != 0 || Window() == 0) return;
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

// The last byte is the urgent one. Its place is announced by whatever leaves next, which may be far
// ahead of the segment that carries it.
IoResult TcpSocket::SendUrgent(ConstBuffer bytes, std::size_t room_max) {
  const IoResult sent = Take({&bytes, 1}, room_max);
  if (sent.ok() && sent.bytes() != 0) urgent_to_tell_ = out_.written() - 1;
  Transmit();
  return sent;
}

Error TcpSocket::Shutdown(ShutdownSide side) {
  const bool reads = side != ShutdownSide::kWrite;
  const bool is_closed = state_ == State::kClosed && !listening_;
  if (call_ == Call::kConnecting) {
    call_ = state_ == State::kEstablished ? Call::kConnected : Call::kDisconnecting;
  }
  if (state_ == State::kConnecting || (listening_ && reads)) {
    Disconnect();
  } else if (!listening_) {
    receive_shut_ |= reads;
    const bool writes = side != ShutdownSide::kRead;
    send_shut_ |= writes;
    fin_due_ |= writes && state_ == State::kEstablished;
    TransmitFin();
  }
  Wake(0);
  // The flags are set all the same (inet_shutdown).
  return is_closed ? Error::kNotConnected : Error::kNone;
}

std::size_t TcpSocket::unacknowledged() const {
  return out_.unacknowledged() + (fin_due_ && !fin_acked_ && state_ == State::kEstablished);
}

void TcpSocket::Acknowledge(ByteStream::Place upto) {
  const std::size_t before = out_.unacknowledged();
  out_.Acknowledge(std::min(upto, acknowledged_max_));
  if (state_ == State::kEstablished && out_.unacknowledged() != before) Acknowledged();
}

void TcpSocket::Acknowledged() {
  if (no_space_ && Writeable()) {
    no_space_ = false;
    Wake(kEpollOut);
  }
  Transmit();
}

void TcpSocket::FinAcknowledged() {
  if (!fin_ack_came_ || fin_acked_ || acknowledged_max_ <= out_.written()) return;
  fin_acked_ = true;
  if (fin_received_) return Done();
  // FIN_WAIT2 is told of, although no mask shows it.
  Wake(0);
}

// A reset leaves, behind what has left already; what has not is gone.
void TcpSocket::SendReset() {
  if (peer_ != nullptr) ToPeer(kResetNow);
  out_.DropUnsent();
  state_ = State::kClosed;
  send_shut_ = receive_shut_ = true;
  if (orphan_) LeaveForGood();
}

// tcp_reset: in CLOSE_WAIT, and there only, it is a broken pipe.
Error TcpSocket::ResetError() const {
  return fin_received_ && !fin_due_ ? Error::kBrokenPipe : Error::kConnectionReset;
}

void TcpSocket::ArriveReset() {
  if (state_ == State::kConnecting) return FailConnect(Error::kConnectionRefused);
  if (state_ != State::kEstablished) return;
  error_ = ResetError();
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
      return Acknowledge(argument);
    case kFinAck:
      fin_ack_came_ = true;
      return FinAcknowledged();
    case kWindow:
      window_told_ = true;
      return Transmit();
    case kResetNow:
      return ArriveReset();
    case kRequest:
      return Request();
    case kEstablish:
      return Establish();
    case kQueueUp:
      return QueueUp();
    case kRefuse:
      return FailConnect(static_cast<Error>(argument));
    case kHangUp:
      hangs_up_ = true;
      return Wake(0);
    default:
      return SocketDescription::HandleEvent(what, argument);
  }
}

}  // namespace edgewise::sim
