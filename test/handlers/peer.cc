// Sockets without waiting.
#include "test/handlers/peer.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "reactor/kernel/linux_kernel.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

}  // namespace

Peer::Peer(const SocketAddress& address, PeerOptions options) : kernel_(LinuxKernel::Instance()) {
  handle_ = kernel_.OpenSocket(address.family()).handle();
  if (options.send_buffer != 0) {
    kernel_.SetOption(handle_, SocketOption::kSendBuffer, options.send_buffer);
  }
  if (options.receive_buffer != 0) {
    kernel_.SetOption(handle_, SocketOption::kReceiveBuffer, options.receive_buffer);
  }
  if (address.family() != AddressFamily::kUnix) {
    kernel_.SetOption(handle_, SocketOption::kNoDelay, 1);
  }
  const Error error = kernel_.Connect(handle_, address);
  if (error != Error::kInProgress) error_ = error;
}

Peer::~Peer() { Close(); }

void Peer::Send(std::string_view bytes) {
  outgoing_ += bytes;
  Push();
}

bool Peer::Push() {
  while (unsent() != 0 && error_ == Error::kNone) {
    const std::size_t piece = std::min(unsent(), kPieceBytes);
    const IoResult sent = kernel_.Send(handle_, {outgoing_.data() + sent_, piece});
    if (sent.would_block()) return false;
    if (!sent.ok()) {
      error_ = sent.error();
      return false;
    }
    sent_ += sent.bytes();
  }
  if (unsent() != 0) return false;
  outgoing_.clear();
  sent_ = 0;
  if (finishing_) {
    finishing_ = false;
    kernel_.Shutdown(handle_, ShutdownSide::kWrite);
  }
  return true;
}

void Peer::Finish() {
  finishing_ = true;
  Push();
}

std::string_view Peer::Pull(std::size_t bytes_max) {
  while (bytes_max != 0 && !over()) {
    const std::size_t before = received_.size();
    const std::size_t piece = std::min(bytes_max, kPieceBytes);
    received_.resize(before + piece);
    const IoResult got = kernel_.Receive(handle_, {received_.data() + before, piece});
    const std::size_t size = got.ok() ? got.bytes() : 0;
    received_.resize(before + size);
    bytes_max -= size;
    if (got.would_block()) break;
    if (!got.ok()) error_ = got.error();
    if (got.ok() && size == 0) ended_ = true;
  }
  return received_;
}

std::string_view Peer::Pump() {
  Push();
  return Pull();
}

void Peer::Close() {
  if (handle_ != kNoHandle) kernel_.Close(handle_);
  handle_ = kNoHandle;
}

void Peer::Reset() {
  kernel_.SetOption(handle_, SocketOption::kLingerReset, 1);
  Close();
}

void Peer::AwaitInput() {
  const Handle epoll = kernel_.OpenEpoll().handle();
  std::array<EpollEvent, 1> events;
  static_cast<void>(kernel_.EpollAdd(epoll, handle_, kEpollIn, nullptr));
  static_cast<void>(kernel_.EpollWait(epoll, events, Stage::kPatience));
  kernel_.Close(epoll);
}

void Peer::PullToEnd() {
  while (!over()) {
    AwaitInput();
    Pull();
  }
}

bool Peer::Echoes(std::string_view bytes) {
  Forget();
  Send(bytes);
  while (Pump().size() < bytes.size() && !over()) AwaitInput();
  return received_ == bytes;
}

}  // namespace edgewise::handlers_test
