// FramedConnection: a connection, a codec and a service's handler in one object.
#pragma once

#include <string_view>
#include <utility>

#include "handlers/codec.h"
#include "handlers/connection.h"
#include "handlers/connection_context.h"
#include "handlers/frame_handler.h"

namespace edgewise {

// The loop over a batch of pipelined frames is written here, where the codec and the handler are
// known types, so that both inline: one virtual call for each batch, not for each frame. (A handler
// whose OnFrame is private is called through its base instead.)
//
// Threading, ownership: see Connection.
template <Codec CodecType, typename Handler>
class FramedConnection final : public Connection {
 public:
  using Frame = typename CodecType::Frame;

  template <typename... Arguments>
  FramedConnection(ConnectionContext& context, const PeerAddress& peer, const CodecType& codec,
                   const Arguments&... arguments)
      : Connection(context, peer), codec_(codec), handler_(arguments...) {}

  SendResult Send(std::string_view payload) override {
    if constexpr (FramingCodec<CodecType>) {
      if (payload.size() > codec_.frame_bytes_max()) return SendResult::kTooLong;
      const Envelope envelope = codec_.Encode(payload.size());
      if (context().workspace.StageFor(this, envelope, payload)) return SendResult::kAccepted;
      return WriteSlowly(envelope, payload);
    } else {
      return Write(payload);
    }
  }

  Handler& handler() { return handler_; }

 private:
  Consumed Consume(std::string_view bytes) override {
    std::size_t taken = 0;
    std::size_t need = 0;
    std::size_t frames = 0;
    while (taken < bytes.size() && Accepting()) {
      const Decoded<Frame> decoded = codec_.Decode(bytes.substr(taken));
      if (decoded.status == DecodeStatus::kFrame) [[likely]] {
        taken += decoded.consumed;
        ++frames;
        context().workspace.set_batch_left(bytes.size() - taken);
        Deliver(decoded.frame);
        continue;
      }
      need = decoded.need;
      if (decoded.status == DecodeStatus::kMalformed) {
        RefuseMalformed(decoded.reason, decoded.farewell);
      }
      break;
    }
    context().counters.frames += frames;
    return {.bytes = taken, .need = need};
  }

  void Deliver(const Frame& frame) {
    Connection& peer = *this;
    if constexpr (requires(Handler & handler) { handler.Handler::OnFrame(peer, frame); }) {
      handler_.Handler::OnFrame(peer, frame);
    } else {
      base().OnFrame(peer, frame);
    }
  }

  // A handler may override the callbacks in its private part: they are called through the base.
  BasicFrameHandler<Frame>& base() { return handler_; }

  void Opened() override { base().OnOpen(*this); }
  void Ended() override { base().OnEnd(*this); }
  void Drained() override { base().OnDrained(*this); }
  void Closed(const CloseReason& reason) override { base().OnClose(*this, reason); }

  CodecType codec_;
  Handler handler_;
};

}  // namespace edgewise
