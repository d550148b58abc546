// FramedConnection: a connection, a codec and a service's handler in one object; and the usual
// turn, which is inlined into it.
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "handlers/codec.h"
#include "handlers/connection.h"
#include "handlers/connection_context.h"
#include "handlers/frame_handler.h"

namespace edgewise {

// The usual turn: nothing is kept from before, one receive drains the socket, what came is whole
// frames, and the answers that they were given leave in one send. Whatever turns out differently
// goes on in connection_input.cc.
template <typename Consumer>
[[gnu::always_inline]] inline Progress Connection::Turn(Consumer&& consume) {
  ConnectionContext& context = context_;
  if (!input_.empty() || !output_.empty() || state_.word() != 0) [[unlikely]]
    return UnusualTurn();
  Workspace& workspace = context.workspace;
  workspace.LendStaging(this);
  const std::size_t budget = context.reactor.budget();
  const IoResult received =
      context.kernel.Receive(handle(), workspace.receive_room().first(budget));
  ++context.counters.receives;
  if (!received.ok() || received.bytes() == 0) [[unlikely]]
    return ContinueTurn(received, {});
  const std::size_t size = received.bytes();
  context.counters.bytes_received += size;
  context.reactor.Charge(size);
  const Consumed consumed = [&] {
    try {
      return consume(std::string_view(workspace.receive_room().data(), size));
    } catch (...) {
      workspace.TakeStagingBack();
      throw;
    }
  }();
  const bool drained = size < budget && DrainsWhenShort();
  if (consumed.bytes != size || consumed.partial || !drained || state_.word() != 0) [[unlikely]]
    return ContinueTurn(received, consumed);
  const ConstBuffer staged(workspace.staged());
  workspace.TakeStagingBack();
  if (staged.empty()) return Progress::kDrained;
  const IoResult sent = context.kernel.Send(handle(), staged);
  ++context.counters.sends;
  if (!sent.ok() || sent.bytes() != staged.size()) [[unlikely]] {
    KeepUnsent(sent, staged);
    return SettleTurn(Progress::kDrained);
  }
  context.counters.bytes_sent += staged.size();
  return Progress::kDrained;
}

// The loop over a batch of pipelined frames is written here, where the codec and the handler are
// known types, so that both inline: one virtual call for each batch, not for each frame. (A handler
// whose OnFrame is private is called through its base instead.)
//
// Threading, ownership: see Connection.
template <Codec CodecType, typename Handler>
class FramedConnection final : public Connection {
 public:
  // The codec's.
  using Frame = typename CodecType::Frame;

  // Copies the codec; the handler is constructed from `arguments`. `context` must outlive it.
  template <typename... Arguments>
  FramedConnection(ConnectionContext& context, const PeerAddress& peer, const CodecType& codec,
                   const Arguments&... arguments)
      : Connection(context, peer), codec_(codec), handler_(arguments...) {}

  SendResult Send(std::string_view payload) override {
    if constexpr (FramingCodec<CodecType>) {
      if (payload.size() > codec_.frame_bytes_max()) return SendResult::kTooLong;
      const Envelope envelope = codec_.Encode(payload.size());
      if (context().workspace.StageFor(this, envelope, payload)) return SendResult::kAccepted;
      // Made once more, so that the one above need not be in memory.
      return WriteSlowly(codec_.Encode(payload.size()), payload);
    } else {
      return Write(payload);
    }
  }

  void EndFraming() override {
    if constexpr (requires { codec_.EndFraming(); }) codec_.EndFraming();
  }

  // The service's own side; it lives and ends with the connection.
  Handler& handler() { return handler_; }

 private:
  Progress HandleInput() override {
    return Turn([this](std::string_view bytes) { return ConsumeBatch(bytes); });
  }
  Consumed Consume(std::string_view bytes) override { return ConsumeBatch(bytes); }

  Consumed ConsumeBatch(std::string_view bytes) {
    std::size_t taken = 0;
    std::size_t need = 0;
    std::size_t frames = 0;
    bool partial = PartialCodec<CodecType> && mid_message();
    bool same_message = PartialCodec<CodecType>;
    do {
      const Decoded<Frame> decoded = codec_.Decode({bytes.data() + taken, bytes.size() - taken});
      if (decoded.status == DecodeStatus::kFrame) [[likely]] {
        taken += decoded.consumed;
        ++frames;
        if constexpr (PartialCodec<CodecType>) {
          partial = decoded.partial;
          same_message = same_message && partial;
        }
        context().workspace.set_batch_left(bytes.size() - taken);
        Deliver(decoded.frame);
        continue;
      }
      need = decoded.need;
      if (decoded.status == DecodeStatus::kMalformed) {
        RefuseMalformed(decoded.reason, decoded.farewell);
      }
      break;
    } while (taken < bytes.size() && Accepting());
    context().counters.frames += frames;
    return {.bytes = taken, .need = need, .partial = partial, .same_message = same_message};
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

  Duration FrameTimeout() const override {
    const ConnectionOptions& options = context().options;
    return PartialCodec<CodecType> ? options.head_timeout : options.frame_timeout;
  }
  std::string_view FarewellFor(CloseCause cause) const override {
    if constexpr (requires { codec_.FarewellFor(cause); }) {
      return codec_.FarewellFor(cause);
    } else {
      return {};
    }
  }
  void Opened() override { base().OnOpen(*this); }
  void Ended() override { base().OnEnd(*this); }
  void Drained() override { base().OnDrained(*this); }
  void Finishing() override { base().OnFinish(*this); }
  bool Refusing(const CloseReason& reason) override { return base().OnRefuse(*this, reason); }
  void Closed(const CloseReason& reason) override { base().OnClose(*this, reason); }

  CodecType codec_;
  Handler handler_;
};

}  // namespace edgewise
