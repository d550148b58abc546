// Bodies in pieces, both ways.
#include "test/sim/http_bodies_site.h"

#include <algorithm>
#include <memory>

#include "handlers/connection_context.h"
#include "handlers/http/server_sent_event.h"
#include "test/sim/http_answer_fields.h"

namespace edgewise::sim_test {

namespace {

constexpr std::string_view kSourceFails = "a source fails";

}  // namespace

// Writes a piece each time it is asked; sometimes it has to be resumed.
class HttpBodiesSite::Source final : public HttpBodySource {
 public:
  explicit Source(HttpBodiesSite& site) : site_(site), left_(site.wish_.Body()) {}
  Outcome Produce(HttpResponder& response, std::size_t bytes_max) override {
    Connection& peer = response.peer();
    site_.served_.simulation().Check(peer.pending_output() <= head_bytes_max_,
                                     "a source is asked when all before has left");
    head_bytes_max_ = 0;
    const std::size_t count = std::min({left_.size(), bytes_max, std::size_t{25'000}});
    static_cast<void>(response.Write(std::string_view(left_).substr(0, count)));
    left_.erase(0, count);
    if (HttpSourceFails(site_.wish_) && left_.size() <= site_.wish_.bytes / 2) {
      site_.served_.world().Mark(kSourceFails);
      return Outcome::kFailed;
    }
    if (left_.empty()) return Outcome::kEnd;
    if (++asked_ % 3 != 0) return Outcome::kMore;
    site_.served_.world().Mark("a source waits");
    site_.Arm();
    return Outcome::kWaiting;
  }

 private:
  HttpBodiesSite& site_;
  std::string left_;
  std::size_t head_bytes_max_ = 8192;  // the head itself may wait when it is asked first
  std::size_t asked_ = 0;
};

bool HttpSourceFails(const HttpWish& wish) { return wish.mode == "source" && wish.delay % 8 == 5; }

std::size_t HttpEventCount(const HttpWish& wish) { return 1 + wish.bytes % 7; }

std::string HttpEventText(const HttpWish& wish) {
  return "event: tick\ndata: " + HttpPattern(wish.bytes / 10, wish.salt) + "\n\n";
}

void HttpBodiesSite::OnHead(const HttpRequest& head, HttpResponder& response) {
  peer_ = &response.peer();
  received_ = 0;
  due_.clear();
  wish_ = HttpWish();
  if (head.path().starts_with("/files/")) {
    return files_.Answer(head, head.path().substr(7), response);
  }
  wish_ = HttpWish::Of(head.target());
  due_ = HttpPattern(wish_.body_bytes, wish_.salt + 1);
}

void HttpBodiesSite::OnBody(std::string_view piece, HttpResponder& response) {
  served_.simulation().Check(std::string_view(due_).substr(received_).starts_with(piece),
                             "a request's body comes in order, byte for byte");
  if (received_ == 0 && wish_.delay % 2 == 1 && piece.size() < due_.size()) {
    served_.world().Mark("reading was held in a body");
    holds_ = true;
    response.peer().HoldReading();
    Arm();
  }
  received_ += piece.size();
}

void HttpBodiesSite::OnComplete(HttpResponder& response) {
  served_.simulation().Check(received_ == due_.size(), "a complete body is complete");
  const HttpAnswerFields fields(wish_);
  if (wish_.mode == "source" || wish_.mode == "sized") {
    const std::optional<std::uint64_t> length =
        wish_.mode == "sized" ? std::optional<std::uint64_t>(wish_.bytes) : std::nullopt;
    ref_ = response.Later();
    static_cast<void>(response.SendFrom(fields.Answer(), std::make_unique<Source>(*this), length));
  } else if (wish_.mode == "events") {
    static_cast<void>(BeginEvents(response));
    if (response.done()) return;
    events_left_ = HttpEventCount(wish_);
    ref_ = response.Later();
    Arm();
  } else {
    static_cast<void>(response.Send(fields.Answer(), wish_.Body()));
  }
}

void HttpBodiesSite::Arm() {
  peer_->context().reactor.ArmAfter(*this, std::chrono::microseconds(wish_.delay));
}

void HttpBodiesSite::HandleTimeout(Time) {
  if (std::exchange(holds_, false)) return peer_->ReleaseReading();
  HttpResponder* response = ref_.Find(peer_->context().table);
  if (response == nullptr) return;
  if (wish_.mode != "events") return response->Resume();
  static_cast<void>(response->Write(
      ServerSentEvent{.type = "tick", .data = HttpPattern(wish_.bytes / 10, wish_.salt)}.Text()));
  if (--events_left_ != 0) return Arm();
  static_cast<void>(response->End());
}

void HttpBodiesSite::OnGone(Connection& peer, const CloseReason& reason) {
  Timer::Cancel();
  const sim::Chooser& chooser = served_.world().chooser();
  served_.simulation().Check(reason.cause != CloseCause::kAbandoned ||
                                 chooser.taken(sim::ChoicePoint::kFileError) != 0 ||
                                 served_.world().marks().contains("a file has shrunk") ||
                                 served_.world().marks().contains(kSourceFails),
                             "an answer is abandoned for a reason");
  served_.Closed(peer, reason);
}

}  // namespace edgewise::sim_test
