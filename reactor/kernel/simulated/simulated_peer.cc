// Waiting, then one call.
#include "reactor/kernel/simulated/simulated_peer.h"

#include <algorithm>

namespace edgewise::sim {

SimulatedPeer::SimulatedPeer(SimulatedKernel& kernel, AddressFamily family)
    : kernel_(kernel),
      handle_(kernel.OpenSocket(family).handle()),
      epoll_(kernel.OpenEpoll().handle()) {
  if (handle_ == kNoHandle || epoll_ == kNoHandle) {
    kernel_.world().Violation("a client has no descriptor left: raise descriptors_max");
  }
}

SimulatedPeer::SimulatedPeer(SimulatedKernel& kernel, const SocketAddress& address)
    : SimulatedPeer(kernel, address.family()) {
  Connect(address);
}

SimulatedPeer::~SimulatedPeer() {
  Close();
  kernel_.Close(epoll_);
}

void SimulatedPeer::BindTo(const SocketAddress& address) {
  const Error error = kernel_.Bind(handle_, address);
  if (error != Error::kNone) {
    kernel_.world().Violation("a client cannot bind to " + address.ToString() + ": " +
                              ErrorText(error));
  }
}

bool SimulatedPeer::Connect(const SocketAddress& address) {
  error_ = kernel_.Connect(handle_, address);
  // AF_UNIX has no other way to say that the listener's queue is full.
  while (error_ == Error::kWouldBlock) {
    Wait(std::chrono::milliseconds(1));
    error_ = kernel_.Connect(handle_, address);
  }
  const bool waits = error_ == Error::kInProgress;
  if (waits) error_ = Error::kNone;
  static_cast<void>(kernel_.EpollAdd(
      epoll_, handle_, kEpollIn | kEpollOut | kEpollPeerFinished | kEpollEdge, nullptr));
  if (waits) {
    while ((kernel_.PollNow(handle_, kEpollOut) & (kEpollOut | kEpollHangup)) == 0) Await();
    error_ = kernel_.TakeSocketError(handle_);
  }
  return error_ == Error::kNone;
}

void SimulatedPeer::Await() {
  if (over()) return;
  EpollEvent event;
  static_cast<void>(kernel_.EpollWait(epoll_, {&event, 1}, kForever));
}

void SimulatedPeer::Wait(Duration duration) {
  World& world = kernel_.world();
  world.threads().WaitUntil(world.timeline().now() + duration);
}

std::size_t SimulatedPeer::SendSome(std::string_view bytes) {
  if (handle_ == kNoHandle || error_ != Error::kNone) return 0;
  const IoResult sent = kernel_.Send(handle_, bytes);
  if (sent.ok()) return sent.bytes();
  if (!sent.would_block()) error_ = sent.error();
  return 0;
}

bool SimulatedPeer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t sent = SendSome(bytes);
    bytes.remove_prefix(sent);
    if (handle_ == kNoHandle || error_ != Error::kNone) return false;
    if (sent == 0) Await();
  }
  return true;
}

bool SimulatedPeer::TakeSome(std::size_t bytes_max) {
  if (over() || handle_ == kNoHandle) return false;
  char buffer[16384];
  const IoResult got = kernel_.Receive(handle_, {buffer, std::min(bytes_max, sizeof(buffer))});
  if (got.would_block()) return false;
  if (!got.ok()) {
    error_ = got.error();
  } else if (got.bytes() == 0) {
    ended_ = true;
  } else {
    received_.append(buffer, got.bytes());
    return true;
  }
  return false;
}

bool SimulatedPeer::Pull(std::size_t bytes_max) {
  while (!TakeSome(bytes_max)) {
    if (over() || handle_ == kNoHandle) return false;
    Await();
  }
  return true;
}

std::string SimulatedPeer::Take(std::size_t count) {
  count = std::min(count, received_.size() - taken_);
  taken_ += count;
  return received_.substr(taken_ - count, count);
}

std::string SimulatedPeer::Receive(std::size_t bytes_max) {
  if (taken_ == received_.size()) Pull(bytes_max);
  return Take(bytes_max);
}

std::string SimulatedPeer::ReceiveExactly(std::size_t count) {
  while (received_.size() - taken_ < count && Pull(count - (received_.size() - taken_))) {
  }
  return Take(count);
}

std::string SimulatedPeer::ReceiveLine() {
  std::size_t end = received_.find('\n', taken_);
  while (end == std::string::npos && Pull(16384)) end = received_.find('\n', taken_);
  if (end == std::string::npos) return Take(received_.size());
  std::string line = Take(end + 1 - taken_);
  line.pop_back();
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string SimulatedPeer::ReceiveToEnd() {
  while (Pull(16384)) {
  }
  return Take(received_.size());
}

void SimulatedPeer::Finish() {
  if (handle_ == kNoHandle) return;
  static_cast<void>(kernel_.Shutdown(handle_, ShutdownSide::kWrite));
}

void SimulatedPeer::Close() {
  if (handle_ == kNoHandle) return;
  kernel_.Close(handle_);
  handle_ = kNoHandle;
}

void SimulatedPeer::Reset() {
  if (handle_ == kNoHandle) return;
  static_cast<void>(kernel_.SetOption(handle_, SocketOption::kLingerReset, 1));
  Close();
}

}  // namespace edgewise::sim
