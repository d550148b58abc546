// The life of a TCP socket: bound, listening, connecting, accepted, closed.
#include "reactor/kernel/simulated/tcp_socket.h"

#include <array>
#include <utility>

#include "reactor/kernel/simulated/world.h"

namespace edgewise::sim {
namespace {

// net.ipv4.tcp_syn_retries, and the first wait between them.
constexpr int kRequestTries = 6;
constexpr Duration kRequestRetry = std::chrono::seconds(1);
constexpr Duration kConnectTimeout = std::chrono::seconds(127);
// Long enough for who has called connect to register the socket.
constexpr Duration kHangUpDelay = std::chrono::microseconds(2);

enum class Fate : std::uint32_t {
  kUsual,
  kRefused,
  kUnreachableNow,
  kNoPort,
  kUnreachableLater,
  kTimedOut,
  kItself,
  kCount,
};

SocketAddress Loopback(AddressFamily family) {
  if (family == AddressFamily::kIpv4) return SocketAddress::Ipv4({127, 0, 0, 1}, 0);
  std::array<std::uint8_t, 16> ip{};
  ip[15] = 1;
  return SocketAddress::Ipv6(ip, 0);
}

bool IsUnspecified(const SocketAddress& address) {
  return address.ip() == decltype(address.ip()){};
}

// An IPv4 peer as an IPv6 listener sees it: ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
SocketAddress AsSeenBy(AddressFamily family, const SocketAddress& address) {
  if (family == address.family()) return address;
  std::array<std::uint8_t, 16> ip{};
  ip[10] = ip[11] = 0xff;
  for (std::size_t i = 0; i < 4; ++i) ip[12 + i] = address.ip()[i];
  return SocketAddress::Ipv6(ip, address.port());
}

}  // namespace

TcpSocket::TcpSocket(World& world, AddressFamily family)
    : SocketDescription(Kind::kTcp, world, family) {
  // What getsockname says of a socket that is not bound.
  local_ = family == AddressFamily::kIpv4 ? SocketAddress::Ipv4({}, 0) : SocketAddress::Ipv6({}, 0);
  world_.Remember(*this);
}

TcpSocket::~TcpSocket() {
  if (bound_) world_.network().Unbind(*this);  // its client gave up before it was accepted
  world_.Forget(*this);
}

void TcpSocket::Abandon() {
  peer_ = nullptr;
  listener_ = nullptr;
  waiting_.clear();
}

Error TcpSocket::Bind(const SocketAddress& address) {
  if (address.family() == AddressFamily::kNone) return Error::kInvalid;
  if (address.family() != family_) return Error::kFamilyNotSupported;
  if (bound_) return Error::kInvalid;
  SocketAddress wanted = address;
  const Error error = world_.network().Bind(*this, wanted);
  if (error != Error::kNone) return error;
  bound_ = true;
  local_ = wanted;
  return Error::kNone;
}

Error TcpSocket::Listen(int backlog) {
  if (state_ != State::kClosed || call_ != Call::kNone) return Error::kInvalid;
  if (!bound_) {
    const Error error = Bind(local_);
    if (error != Error::kNone) return error;
  }
  listening_ = true;
  backlog_ = backlog > 0 ? static_cast<std::size_t>(backlog) : 0;
  return Error::kNone;
}

Error TcpSocket::Connect(const SocketAddress& address) {
  if (address.family() == AddressFamily::kNone) return Error::kInvalid;
  if (call_ == Call::kConnected || listening_) return Error::kIsConnected;
  if (call_ == Call::kDisconnecting) return Error::kInvalid;
  if (call_ == Call::kConnecting) return ConnectAgain();
  if (address.family() != family_) return Error::kFamilyNotSupported;
  if (!world_.network().IsLocal(address)) return Error::kNetworkUnreachable;
  remote_ = address;
  if (IsUnspecified(address)) remote_ = Loopback(family_).WithPort(address.port());
  fin_received_ = false;
  error_ = Error::kNone;
  if (!bound_ || IsUnspecified(local_)) {
    const std::uint16_t port = bound_ ? local_.port() : std::uint16_t{0};
    if (bound_) world_.network().Unbind(*this);
    bound_ = false;
    const Error error = Bind(Loopback(family_).WithPort(port));
    if (error != Error::kNone) return Error::kAddressNotAvailable;
  }
  return ConnectFate(address);
}

Error TcpSocket::ConnectFate(const SocketAddress& address) {
  const auto count = static_cast<std::uint32_t>(Fate::kCount);
  const auto fate = static_cast<Fate>(world_.Fault(*this, ChoicePoint::kConnectFate, count));
  const auto fail_at = [this](Duration delay, Error error) {
    world_.timeline().At(world_.timeline().now() + delay, *this, kRefuse,
                         static_cast<std::uint64_t>(error));
  };
  if (fate == Fate::kUnreachableNow) return Error::kNetworkUnreachable;
  if (fate == Fate::kNoPort) return Error::kAddressNotAvailable;
  state_ = State::kConnecting;
  call_ = Call::kConnecting;
  tries_ = 0;
  if (world_.Fault(*this, ChoicePoint::kSpuriousHangup, 2) != 0) {
    world_.timeline().At(world_.timeline().now() + kHangUpDelay, *this, kHangUp);
  }
  switch (fate) {
    case Fate::kRefused:
      fail_at(world_.Latency(), Error::kConnectionRefused);
      break;
    case Fate::kUnreachableLater:
      fail_at(world_.Latency(), Error::kHostUnreachable);
      break;
    case Fate::kTimedOut:
      fail_at(kConnectTimeout, Error::kTimedOut);
      break;
    case Fate::kItself:
      ConnectToItself(address);
      break;
    default:
      world_.timeline().At(world_.timeline().now() + world_.Latency(), *this, kRequest);
      break;
  }
  return Error::kInProgress;
}

// Before it has its verdict, it is reported as one that is not connected at all. A look at it
// (poll) says what is true.
EpollMask TcpSocket::Report() {
  const EpollMask mask = Poll();
  if (!std::exchange(hangs_up_, false) || state_ != State::kConnecting) return mask;
  return mask | kEpollHangup | kEpollOut;
}

// The system chose the port that is connected to for this end too; what is sent is not modelled.
void TcpSocket::ConnectToItself(const SocketAddress& address) {
  world_.network().Unbind(*this);
  local_ = address;
  remote_ = address;
  peer_ = Ref<TcpSocket>(new TcpSocket(world_, family_));
  peer_->state_ = State::kEstablished;
  peer_->orphan_ = true;
  peer_->peer_ = this;
  world_.timeline().At(world_.timeline().now() + world_.Latency(), *this, kEstablish);
}

// The request has reached the machine that it was sent to.
void TcpSocket::Request() {
  if (state_ != State::kConnecting) return;
  SocketDescription* found = world_.network().FindListener(remote_);
  if (found == nullptr) return FailConnect(Error::kConnectionRefused);
  auto& listener = static_cast<TcpSocket&>(*found);
  if (!listener.accepts_more()) {
    if (++tries_ > kRequestTries) return FailConnect(Error::kTimedOut);
    // A request that finds the queue full is dropped, and sent once more.
    world_.timeline().At(world_.timeline().now() + (1 << (tries_ - 1)) * kRequestRetry, *this,
                         kRequest);
    return;
  }
  Ref<TcpSocket> born(new TcpSocket(world_, listener.family_));
  born->Inherit(listener);
  born->remote_ = AsSeenBy(listener.family_, local_);
  born->local_ = IsUnspecified(listener.local_)
                     ? AsSeenBy(listener.family_, remote_).WithPort(listener.local_.port())
                     : listener.local_;
  born->state_ = State::kEstablished;
  born->call_ = Call::kConnected;
  born->peer_ = this;
  born->listener_ = &listener;
  world_.network().Share(*born, born->local_);
  born->bound_ = true;
  born->ChooseBuffers();
  peer_ = born;
  born->ToPeer(kEstablish);
}

void TcpSocket::Inherit(const TcpSocket& listener) {
  settings = listener.settings;
  process = listener.process;
}

void TcpSocket::ChooseBuffers() {
  const World::Buffers chosen = world_.ChooseBuffers();
  if (settings.send_buffer == 0) settings.send_buffer = chosen.send;
  if (settings.receive_buffer == 0) settings.receive_buffer = chosen.receive;
}

void TcpSocket::Establish() {
  if (state_ != State::kConnecting) return;
  state_ = State::kEstablished;
  ChooseBuffers();
  ToPeer(kQueueUp);
  Wake(0);
}

void TcpSocket::QueueUp() {
  const Ref<TcpSocket> listener = std::exchange(listener_, nullptr);
  if (listener == nullptr) return;
  if (!listener->listening_) {
    orphan_ = true;
    return SendReset();
  }
  listener->waiting_.push_back({Ref<SocketDescription>(this), remote_});
  listener->Wake(kEpollIn | kEpollPriority);
}

void TcpSocket::FailConnect(Error error) {
  if (state_ != State::kConnecting) return;
  error_ = error;
  Done();
}

Error TcpSocket::PeerNameError() const {
  return state_ == State::kEstablished ? Error::kNone : Error::kNotConnected;
}

}  // namespace edgewise::sim
