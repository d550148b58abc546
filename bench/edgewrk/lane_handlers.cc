#include "bench/edgewrk/lane_handlers.h"

namespace edgewise::wrk {

std::string DescribeEnd(const CloseReason& reason) {
  switch (reason.cause) {
    case CloseCause::kReset:
      return "connection lost: " + ErrorText(reason.error);
    case CloseCause::kMalformed:
      return std::string("malformed answer: ") + reason.detail;
    case CloseCause::kEndOfStream:
      return "the server closed before it had answered";
    case CloseCause::kLocal:
      return "the server announced that it closes, and left requests unanswered";
    default:
      return "connection ended: " + std::string(CloseCauseName(reason.cause));
  }
}

void HttpLane::TakeBody(std::string_view piece) {
  same_ = same_ && lane().context().sample.Same(this, body_bytes_, piece);
  body_bytes_ += piece.size();
}

void HttpLane::Complete() {
  until_close_ = false;
  if (!lane().TakeAnswer()) return;
  Tally& sum = tally();
  ++(lane().context().in_window ? sum.statuses : sum.statuses_later)[status_];
  sum.body_bytes += body_bytes_;
  sum.body_bytes_min = std::min(sum.body_bytes_min, body_bytes_);
  sum.body_bytes_max = std::max(sum.body_bytes_max, body_bytes_);
  if (!lane().context().sample.SameSize(this, body_bytes_) || !same_) ++sum.other_bodies;
}

void EchoLane::OnFrame(Connection& server, std::string_view bytes) {
  lane().Awake();
  const std::string_view request = plan().request;
  while (!bytes.empty()) {
    if (lane().in_flight() == 0) {
      ++tally().unsolicited;
      return lane().Proceed();
    }
    const std::string_view expected = request.substr(position_, bytes.size());
    if (bytes.substr(0, expected.size()) != expected) {
      ++tally().wrong;
      return server.Abort(
          {.cause = CloseCause::kMalformed, .detail = "other bytes than were sent"});
    }
    bytes.remove_prefix(expected.size());
    position_ += expected.size();
    if (position_ < request.size()) break;
    position_ = 0;
    lane().TakeAnswer();
  }
  lane().Proceed();
}

}  // namespace edgewise::wrk
