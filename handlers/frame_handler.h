// FrameHandler: the service's side of one connection.
#pragma once

#include <string_view>
#include <type_traits>

#include "handlers/connection.h"
#include "reactor/close_reason.h"

namespace edgewise {

// One is made for each connection and lives as long as it. `Frame` is what the codec delivers.
//
// Threading: every call comes in the thread of the connection's reactor. Ownership: part of its
// connection. Lifetime of views: a frame lives until OnFrame returns; copy what you need later. An
// exception that leaves a callback closes this connection alone.
//
//   class Echo : public edgewise::FrameHandler {
//     void OnFrame(edgewise::Connection& peer, std::string_view frame) override { peer.Send(frame);
//     }
//   };
template <typename Frame>
class BasicFrameHandler {
 public:
  // Views are passed by value, larger frames by reference.
  using Argument = std::conditional_t<sizeof(Frame) <= 2 * sizeof(void*), Frame, const Frame&>;

  BasicFrameHandler() = default;
  virtual ~BasicFrameHandler() = default;

  // The connection is ready for use. What is sent here leaves before anything is received.
  virtual void OnOpen(Connection& peer) { static_cast<void>(peer); }
  // A whole frame has come: what the codec made of the bytes.
  virtual void OnFrame(Connection& peer, Argument frame) = 0;
  // The peer will send no more; every frame it sent was delivered. Unless answers are still to
  // come, there is nothing left to do but to close. Override it to close later.
  virtual void OnEnd(Connection& peer) { peer.Close(); }
  // All queued output has left, after the socket had refused some.
  virtual void OnDrained(Connection& peer) { static_cast<void>(peer); }
  // The server stops: the connection will close when nothing is begun, held or queued on it any
  // more. Override it to end what would go on for ever.
  virtual void OnFinish(Connection& peer) { static_cast<void>(peer); }
  // The connection is about to be ended for what its peer sent, was too slow to send, or costs;
  // nothing more will be delivered, and memory can go. `reason.detail` is the codec's word on
  // malformed input; to such a peer, and to no other, something may be sent here. Answers whether
  // the end may be orderly. true: what was sent leaves, then the codec's farewell, if it has one.
  // false, for one who has half an answer already: all that has not left is thrown away, and the
  // connection is reset.
  virtual bool OnRefuse(Connection& peer, const CloseReason& reason) {
    static_cast<void>(peer);
    static_cast<void>(reason);
    return true;
  }
  // Called once for each OnOpen; nothing follows.
  virtual void OnClose(Connection& peer, const CloseReason& reason) {
    static_cast<void>(peer);
    static_cast<void>(reason);
  }
};

// For codecs whose frames are bytes: Raw, LengthPrefixed, Lines. HTTP has handlers of its own.
using FrameHandler = BasicFrameHandler<std::string_view>;

}  // namespace edgewise
