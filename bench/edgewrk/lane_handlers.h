// The handlers of a lane's connections, one for each protocol: they verify the answers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "bench/edgewrk/lane.h"
#include "handlers/http/http_responses.h"
#include "handlers/length_prefixed.h"
#include "handlers/raw.h"

namespace edgewise::wrk {

// "reset (ECONNRESET ...)": the end of a connection in words.
std::string DescribeEnd(const CloseReason& reason);

// What is the same for all of them.
template <typename Frame>
class LaneHandler : public BasicFrameHandler<Frame> {
 public:
  explicit LaneHandler(Lane* lane) : lane_(*lane) {}

  void OnOpen(Connection& server) override { lane_.Opened(server); }
  void OnClose(Connection&, const CloseReason& reason) override {
    lane_.Closed(reason, DescribeEnd(reason));
  }

 protected:
  Lane& lane() { return lane_; }
  Tally& tally() { return lane_.context().tally; }
  const RunPlan& plan() { return lane_.context().plan; }

 private:
  Lane& lane_;
};

// Responses: framed strictly, counted by status, their bodies compared with the first one.
class HttpLane final : public LaneHandler<HttpResponsePart> {
 public:
  using LaneHandler::LaneHandler;

  void OnFrame(Connection& server, const HttpResponsePart& part) override {
    lane().Awake();
    if (part.kind == HttpResponsePart::Kind::kInterim) return;
    if (part.kind == HttpResponsePart::Kind::kWhole || part.kind == HttpResponsePart::Kind::kHead) {
      status_ = part.status;
      keep_alive_ = part.keep_alive;
      until_close_ = part.until_close;
      body_bytes_ = 0;
      same_ = true;
    }
    if (!part.body.empty()) TakeBody(part.body);
    if (!part.last()) return;
    Complete();
    if (!keep_alive_) {
      ++tally().closed_by_server;
      return server.Close();
    }
    lane().Proceed();
  }

  void OnClose(Connection& server, const CloseReason& reason) override {
    lane().context().sample.Forsake(this);
    LaneHandler::OnClose(server, reason);
  }
  void OnEnd(Connection& server) override {
    lane().Awake();
    if (until_close_) Complete();
    server.Close();
  }

 private:
  void TakeBody(std::string_view piece);
  void Complete();

  std::uint64_t body_bytes_ = 0;
  std::uint16_t status_ = 0;
  bool keep_alive_ = true;
  bool until_close_ = false;  // the answer that is being received ends with the stream
  bool same_ = true;          // so far, as the first one
};

// Frames: each must be the one that was sent.
class FrameLane final : public LaneHandler<std::string_view> {
 public:
  using LaneHandler::LaneHandler;

  void OnFrame(Connection&, std::string_view frame) override {
    lane().Awake();
    constexpr std::size_t kPrefix = LengthPrefixed::kPrefixBytes;
    if (lane().TakeAnswer() && frame != std::string_view(plan().request).substr(kPrefix)) {
      ++tally().wrong;
    }
    lane().Proceed();
  }
};

// Bytes: the requests again, however they are cut. After a wrong one nothing can be told any more:
// the connection is given up.
class EchoLane final : public LaneHandler<std::string_view> {
 public:
  using LaneHandler::LaneHandler;

  void OnFrame(Connection& server, std::string_view bytes) override;

 private:
  std::size_t position_ = 0;  // within the answer
};

}  // namespace edgewise::wrk
