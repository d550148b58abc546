// From connect(2) to its verdict.
#include "handlers/connect_attempt.h"

#include <memory>

#include "reactor/reactor.h"

namespace edgewise {
namespace {

// Connected to itself: both ends have one address.
bool IsSelf(Kernel& kernel, Handle handle, const SocketAddress& target) {
  if (target.family() == AddressFamily::kUnix) return false;
  const AddressResult local = kernel.LocalAddress(handle);
  return local.error == Error::kNone && local.address == target;
}

}  // namespace

Error ConnectAttempt::Prepare(Kernel& kernel, Handle handle, const SocketAddress& target,
                              const SocketAddress& source) {
  if (target.family() != AddressFamily::kUnix) {
    const Error error = kernel.SetOption(handle, SocketOption::kNoDelay, 1);
    if (error != Error::kNone) return error;
  }
  if (source.family() != AddressFamily::kNone) {
    const Error error = kernel.Bind(handle, source);
    if (error != Error::kNone) return error;
  }
  const Error error = kernel.Connect(handle, target);
  // A signal does not stop a connection: it goes on in the background.
  return error == Error::kInterrupted ? Error::kInProgress : error;
}

ConnectAttempt::Begun ConnectAttempt::Begin(Reactor& reactor, const SocketAddress& target,
                                            const SocketAddress& source, Sink& sink) {
  Kernel& kernel = reactor.kernel();
  const HandleResult socket = kernel.OpenSocket(target.family());
  if (!socket.ok()) return {.error = socket.error()};
  const Handle handle = socket.handle();
  Error error = Prepare(kernel, handle, target, source);
  if (error == Error::kNone) {
    if (!IsSelf(kernel, handle, target)) return {.handle = handle};
    error = Error::kConnectionRefused;
  }
  if (error == Error::kInProgress) {
    std::unique_ptr<ConnectAttempt> attempt(new ConnectAttempt(target, sink));
    error = reactor.Register(*attempt, handle, Watch::kStream, kWritable);
    if (error == Error::kNone) {
      return {.error = Error::kInProgress, .attempt = attempt.release()};
    }
  }
  static_cast<void>(kernel.Close(handle));
  return {.error = error};
}

void ConnectAttempt::Abandon() {
  sink_ = nullptr;
  reactor()->Retire(*this, {.cause = CloseCause::kLocal});
}

Progress ConnectAttempt::HandleOutput() {
  Kernel& kernel = reactor()->kernel();
  Error error = kernel.TakeSocketError(handle());
  if (error == Error::kNone) {
    // A hang-up may be told of a socket before it has its verdict: it counts if a look says that
    // the socket is connected now. (If it is not, the verdict brings an edge of its own.)
    constexpr EpollMask kVerdict = kEpollOut | kEpollHangup;
    const bool connected = (ready() & kPeerFinished) == 0 ||
                           (kernel.PollNow(handle(), kEpollOut) & kVerdict) == kEpollOut;
    if (!connected) return Progress::kDrained;
    if (IsSelf(kernel, handle(), target_)) error = Error::kConnectionRefused;
  }
  given_away_ = error == Error::kNone;
  reactor()->Retire(
      *this,
      {.cause = error == Error::kNone ? CloseCause::kLocal : CloseCause::kReset, .error = error});
  sink_->AttemptEnded(*this, given_away_ ? handle() : kNoHandle, error);
  return Progress::kFailed;
}

void ConnectAttempt::HandleClose(const CloseReason&) {
  if (!given_away_) static_cast<void>(reactor()->kernel().Close(handle()));
}

}  // namespace edgewise
