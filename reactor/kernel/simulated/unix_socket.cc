// Names, messages, and a queue that is charged to the sender.
#include "reactor/kernel/simulated/unix_socket.h"

#include <algorithm>
#include <utility>

#include "reactor/kernel/simulated/world.h"

namespace edgewise::sim {
namespace {

// net.core.wmem_default; what a message costs beside its bytes; the most bytes of one message.
constexpr std::size_t kSendBuffer = 212'992;
constexpr std::size_t kOverhead = 768;
constexpr std::size_t kMessageMax = 36'544;

}  // namespace

UnixSocket::UnixSocket(World& world)
    : SocketDescription(Kind::kUnix, world, AddressFamily::kUnix), send_buffer_(kSendBuffer) {
  local_ = SocketAddress::Unix("");
  peer_name_ = SocketAddress::Unix("");
}

Error UnixSocket::Bind(const SocketAddress& address) {
  if (address.family() != AddressFamily::kUnix || bound_) return Error::kInvalid;
  SocketAddress wanted = address;
  const Error error = world_.network().Bind(*this, wanted);
  if (error != Error::kNone) return error;
  bound_ = true;
  local_ = wanted;
  return Error::kNone;
}

Error UnixSocket::Listen(int backlog) {
  if (!bound_ || peer_ != nullptr) return Error::kInvalid;
  listening_ = true;
  backlog_ = backlog > 0 ? static_cast<std::size_t>(backlog) : 0;
  return Error::kNone;
}

Error UnixSocket::Connect(const SocketAddress& address) {
  if (address.family() != AddressFamily::kUnix || address.path().empty()) return Error::kInvalid;
  const std::string name(address.path());
  const bool is_path = name.front() != '\0';
  if (is_path && !world_.network().NameExists(name)) return Error::kNotFound;
  SocketDescription* found = world_.network().FindListener(address);
  if (found == nullptr) return Error::kConnectionRefused;
  auto& listener = static_cast<UnixSocket&>(*found);
  if (listener.receive_shut_) return Error::kConnectionRefused;
  if (!listener.accepts_more()) return Error::kWouldBlock;
  if (peer_ != nullptr || listening_) return listening_ ? Error::kInvalid : Error::kIsConnected;
  Ref<UnixSocket> born(new UnixSocket(world_));
  born->process = listener.process;
  born->local_ = listener.local_;
  if (settings.send_buffer != 0) send_buffer_ = 2 * settings.send_buffer;
  born->peer_ = this;
  born->peer_name_ = local_;
  peer_ = born;
  peer_name_ = listener.local_;
  listener.waiting_.push_back({Ref<SocketDescription>(born), local_});
  listener.Wake(kEpollIn | kEpollPriority);
  return Error::kNone;
}

EpollMask UnixSocket::Poll() {
  EpollMask mask = 0;
  if (error_ != Error::kNone) mask |= kEpollError;
  const bool is_alone = peer_ == nullptr && !listening_;
  if (is_alone || (send_shut_ && receive_shut_)) mask |= kEpollHangup;
  if (receive_shut_) mask |= kEpollIn | kEpollPeerFinished;
  if (!queue_.empty() || !waiting_.empty()) mask |= kEpollIn;
  if (has_urgent_) mask |= kEpollPriority;
  if (Writeable() && !listening_) mask |= kEpollOut;
  return mask;
}

void UnixSocket::Queue(UnixSocket& to, std::vector<char> bytes, bool urgent, bool has_descriptor) {
  const std::size_t charge = bytes.size() + kOverhead;
  charged_ += charge;
  if (urgent) {
    // The one before becomes an ordinary byte.
    for (Message& message : to.queue_) message.urgent = false;
    to.has_urgent_ = true;
  }
  to.queue_.push_back({.bytes = std::move(bytes),
                       .charge = charge,
                       .urgent = urgent,
                       .has_descriptor = has_descriptor});
}

IoResult UnixSocket::Take(std::span<const ConstBuffer> pieces, std::size_t room_max, bool urgent,
                          bool has_descriptor) {
  if (peer_ == nullptr) return IoResult::Failure(Error::kNotConnected);
  if (send_shut_ || peer_->dead_ || peer_->receive_shut_) {
    return IoResult::Failure(Error::kBrokenPipe);
  }
  std::vector<char> bytes;
  for (const ConstBuffer& piece : pieces) bytes.insert(bytes.end(), piece.begin(), piece.end());
  const std::size_t wanted = bytes.size();
  const std::size_t limit = std::min(wanted, room_max);
  const std::size_t buffer = settings.send_buffer == 0 ? kSendBuffer : 2 * settings.send_buffer;
  const std::size_t message_max = std::min(kMessageMax, buffer / 2 - 64);
  std::size_t taken = 0;
  while (taken < limit && charged_ < send_buffer_) {
    const std::size_t count = std::min(limit - taken, message_max);
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(taken);
    const bool ends = taken + count == wanted;
    // The urgent byte is a message of its own.
    const std::size_t plain = ends && urgent ? count - 1 : count;
    const auto middle = from + static_cast<std::ptrdiff_t>(plain);
    if (plain != 0) Queue(*peer_, {from, middle}, false, has_descriptor);
    if (plain != count) Queue(*peer_, {middle, middle + 1}, true, false);
    taken += count;
  }
  // sock_def_readable: whoever asked for urgent data alone is woken too.
  if (taken != 0) peer_->Wake(kEpollIn | kEpollPriority);
  if (taken < wanted && charged_ == 0) OweEdge(kEpollOut);
  if (taken == 0 && wanted != 0) return IoResult::Failure(Error::kWouldBlock);
  return IoResult::Bytes(taken);
}

IoResult UnixSocket::Send(std::span<const ConstBuffer> pieces, std::size_t room_max) {
  return Take(pieces, room_max, false, false);
}

IoResult UnixSocket::SendUrgent(ConstBuffer bytes, std::size_t room_max) {
  return Take({&bytes, 1}, room_max, true, false);
}

IoResult UnixSocket::SendWithDescriptor(ConstBuffer bytes) {
  return Take({&bytes, 1}, bytes.size(), false, true);
}

void UnixSocket::Consume() {
  const std::size_t charge = queue_.front().charge;
  queue_.pop_front();
  if (peer_ == nullptr) return;
  peer_->charged_ -= std::min(charge, peer_->charged_);
  // sock_wfree: an edge for every buffer that is freed while there is room.
  if (!peer_->dead_ && peer_->Writeable()) peer_->Wake(kEpollOut);
}

IoResult UnixSocket::Receive(std::span<char> into) {
  if (listening_ || peer_ == nullptr) return IoResult::Failure(Error::kInvalid);
  std::size_t count = 0;
  while (count < into.size() && !queue_.empty()) {
    Message& front = queue_.front();
    if (at_urgent()) {
      if (count != 0) break;
      has_urgent_ = false;
      if (!settings.urgent_inline) {
        Consume();
        continue;
      }
    }
    const std::size_t part = std::min(into.size() - count, front.bytes.size() - front.read);
    std::copy_n(front.bytes.begin() + static_cast<std::ptrdiff_t>(front.read), part,
                into.begin() + static_cast<std::ptrdiff_t>(count));
    front.read += part;
    count += part;
    const bool ends_read = std::exchange(front.has_descriptor, false);
    if (front.read == front.bytes.size()) Consume();
    if (ends_read) break;
  }
  if (count != 0) return IoResult::Bytes(count);
  if (error_ != Error::kNone) return IoResult::Failure(TakeError());
  if (receive_shut_) return IoResult::Bytes(0);
  return IoResult::Failure(Error::kWouldBlock);
}

Error UnixSocket::PeerNameError() const {
  return peer_ != nullptr ? Error::kNone : Error::kNotConnected;
}

Error UnixSocket::Shutdown(ShutdownSide side) {
  const bool reads = side != ShutdownSide::kWrite;
  const bool writes = side != ShutdownSide::kRead;
  receive_shut_ |= reads;
  send_shut_ |= writes;
  Wake(0);
  if (peer_ == nullptr) return Error::kNone;
  peer_->send_shut_ |= reads;
  peer_->receive_shut_ |= writes;
  peer_->Wake(0);
  return Error::kNone;
}

// unix_release_sock: the peer hears of it at once; of input that nobody read, by an error.
void UnixSocket::Released() {
  dead_ = true;
  if (bound_) world_.network().Unbind(*this);
  for (const Waiting& waiting : std::exchange(waiting_, {})) {
    // Nobody has accepted it: its peer meets a reset.
    auto& born = static_cast<UnixSocket&>(*waiting.socket);
    if (born.peer_ != nullptr) born.peer_->error_ = Error::kConnectionReset;
    born.Released();
  }
  listening_ = false;
  const Ref<UnixSocket> peer = std::exchange(peer_, nullptr);
  if (peer == nullptr) return;
  peer->send_shut_ = peer->receive_shut_ = true;
  if (!queue_.empty()) peer->error_ = Error::kConnectionReset;
  peer->charged_ = 0;
  queue_.clear();
  // What this end sent is still to be read there, and no more charged to anybody.
  peer->Wake(0);
}

}  // namespace edgewise::sim
