// ConnectAttempt: one socket on its way to one address.
//
// A connection under way ends with an event, and the event is only a hint: SO_ERROR, fetched once,
// is the verdict. Two things look like success and are not. A socket that is not connecting at all
// reports OUT and HUP at once; so it is registered after connect(2), and a hang-up without an error
// is waited out. And a connection from a port of this machine to that very port, where nobody
// listens, succeeds with itself at the other end; it counts as refused.
#pragma once

#include "reactor/event_handler.h"
#include "reactor/kernel/kernel.h"

namespace edgewise {

// Threading: the reactor's thread. Ownership: its own: made with `new` by Begin, destroyed when the
// reactor has forgotten it. Of the socket, until a sink gets it.
class ConnectAttempt final : public EventHandler {
 public:
  // Who began an attempt.
  class Sink {
   public:
    virtual ~Sink() = default;
    // kNone: `handle` is connected, registered nowhere, and the sink's. Otherwise why it failed;
    // the socket is closed. The last call of this attempt.
    virtual void AttemptEnded(ConnectAttempt& attempt, Handle handle, Error error) = 0;
  };

  // How an attempt began. kNone: `handle` is connected already, and the caller's. kInProgress: the
  // sink will hear of `attempt`. Otherwise it failed at once.
  struct Begun {
    // As said above; what is not told is kNoHandle, or null:
    Error error = Error::kNone;
    Handle handle = kNoHandle;
    ConnectAttempt* attempt = nullptr;
  };
  // From `source`, unless that is no address. TCP_NODELAY is set. `sink` must outlive the attempt,
  // or abandon it.
  static Begun Begin(Reactor& reactor, const SocketAddress& target, const SocketAddress& source,
                     Sink& sink);

  // The sink hears no more of it, and the socket is closed.
  void Abandon();

  // Where it is going. Valid as long as the attempt.
  const SocketAddress& target() const { return target_; }

 private:
  ConnectAttempt(const SocketAddress& target, Sink& sink) : target_(target), sink_(&sink) {}

  static Error Prepare(Kernel& kernel, Handle handle, const SocketAddress& target,
                       const SocketAddress& source);

  Progress HandleInput() override { return HandleOutput(); }
  Progress HandleOutput() override;
  void HandleClose(const CloseReason& reason) override;
  void Reclaim() override { delete this; }

  const SocketAddress target_;
  Sink* sink_;
  bool given_away_ = false;  // the socket
};

}  // namespace edgewise
