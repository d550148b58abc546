// Service: what is made of an accepted descriptor.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "handlers/connection.h"
#include "handlers/frame_handler.h"
#include "handlers/framed_connection.h"
#include "handlers/listener.h"
#include "reactor/kernel/socket_address.h"

namespace edgewise {

class AccessLog;

// Where it listens and what its connections are. A value that every worker of a server shares;
// `make` is called in the worker's thread and must not change anything shared.
struct Service {
  // Makes a connection in the worker's thread; it may throw, which refuses the peer.
  using Maker = std::function<std::unique_ptr<Connection>(ConnectionContext&, const PeerAddress&)>;

  // Where it listens, the limits of its connections, and what makes them:
  SocketAddress address;
  ConnectionOptions options = {};
  Maker make;
  // Where its requests are written, if its protocol has requests (HTTP); null: nowhere.
  AccessLog* access_log = nullptr;
  // A listening descriptor made elsewhere (socket activation), or kNoHandle: one is opened.
  Handle adopted = kNoHandle;
};

// A maker of FramedConnection<CodecType, Handler>: each connection gets a copy of `codec`, and a
// handler constructed from copies of `arguments`.
template <Codec CodecType, typename Handler, typename... Arguments>
Service::Maker MakerOf(CodecType codec, Arguments... arguments) {
  static_assert(std::derived_from<Handler, BasicFrameHandler<typename CodecType::Frame>>,
                "the handler derives from BasicFrameHandler of what the codec delivers: of "
                "string_view (FrameHandler), or of HttpPart (HttpHandler, HttpStreamHandler)");
  static_assert(std::constructible_from<Handler, const Arguments&...>,
                "the handler has a constructor that takes what Serve was given behind the codec, "
                "in this order (an object of all handlers is given as a pointer)");
  static_assert(
      FramingCodec<CodecType> || !requires(CodecType & c, std::size_t size) { c.Encode(size); },
      "a codec that frames what is sent has, beside Envelope Encode(std::size_t) const, "
      "std::size_t frame_bytes_max() const: of the largest payload");
  return [codec, arguments...](ConnectionContext& context, const PeerAddress& peer) {
    return std::make_unique<FramedConnection<CodecType, Handler>>(context, peer, codec,
                                                                  arguments...);
  };
}

// Makes a connection of a connected descriptor: registered, in the table, told that it is open.
// kNone, or why that failed: the descriptor is still the caller's then, and the connection's origin
// hears nothing. (kNoMemory also stands for a handler's constructor that threw.)
[[nodiscard]] Error StartConnection(ConnectionContext& context, const Service::Maker& make,
                                    Handle handle, const PeerAddress& peer);

}  // namespace edgewise
