// Peer: a client's socket in a test's own hands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reactor/kernel/kernel.h"

namespace edgewise::handlers_test {

struct PeerOptions {
  // SO_SNDBUF and SO_RCVBUF in bytes; 0: left to the kernel.
  int send_buffer = 0;
  int receive_buffer = 0;
};

// Non-blocking, on the real kernel, never through the one that a test makes faulty. What does not
// fit into the socket waits here until the next Push.
//
// Threading: one thread at a time. Ownership: of its descriptor.
//
//   Peer peer(stage.address());
//   peer.Send("hello");
//   REQUIRE(stage.Until([&] { return peer.Pull() == "hello"; }));
class Peer {
 public:
  // Connects; the answer may still be under way (a stage's rounds, or Push, see to it).
  explicit Peer(const SocketAddress& address, PeerOptions options = {});
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  // Appends to what is to be sent, and sends what the socket takes.
  void Send(std::string_view bytes);
  // Sends what is left. Everything has been sent if the answer is true.
  bool Push();
  // The same for the end of the stream (SHUT_WR), as soon as everything has been sent.
  void Finish();
  // Takes what has arrived, at most `bytes_max`; answers all that was received so far. The view
  // lives until the next call.
  std::string_view Pull(std::size_t bytes_max = ~std::size_t{0});
  // Push, then Pull.
  std::string_view Pump();
  // Forgets what was received.
  void Forget() { received_.clear(); }
  // Ends it: a clean close (if nothing is unread), or a reset.
  void Close();
  void Reset();

  Handle handle() const { return handle_; }
  // The server's end was received: its stream is complete.
  bool ended() const { return ended_; }
  // What broke the stream; kNone if nothing did.
  Error error() const { return error_; }
  bool over() const { return ended_ || error_ != Error::kNone; }
  std::size_t unsent() const { return outgoing_.size() - sent_; }

  // For clients in threads of their own. Waits until there is something to receive, or the
  // patience is over.
  void AwaitInput();
  // Pulls until it is over.
  void PullToEnd();
  // Sends `bytes` and waits for as many; whether the same came back.
  bool Echoes(std::string_view bytes);

 private:
  Kernel& kernel_;
  Handle handle_ = kNoHandle;
  std::string outgoing_;
  std::size_t sent_ = 0;
  std::string received_;
  bool finishing_ = false;
  bool ended_ = false;
  Error error_ = Error::kNone;
};

}  // namespace edgewise::handlers_test
