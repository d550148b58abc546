// Answers at once, later, in pieces.
#include "test/sim/http_site.h"

#include <algorithm>
#include <limits>

#include "handlers/connection_context.h"
#include "test/sim/http_answer_fields.h"

namespace edgewise::sim_test {
namespace {

constexpr std::size_t kSmallBytesMax = 500;

void SendWhole(const HttpWish& wish, HttpResponder& response) {
  static_cast<void>(response.Send(HttpAnswerFields(wish).Answer(), wish.Body()));
}

void WritePieces(const HttpWish& wish, HttpResponder& response) {
  const std::string body = wish.Body();
  const std::size_t piece = 1 + body.size() / 3;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    static_cast<void>(response.Write(std::string_view(body).substr(at, piece)));
  }
  static_cast<void>(response.End());
}

}  // namespace

std::uint64_t HttpSite::BodyBytesMax(const HttpRequest& head) const {
  return head.path().starts_with("/small/") ? kSmallBytesMax
                                            : std::numeric_limits<std::uint64_t>::max();
}

void HttpSite::OnRequest(const HttpRequest& request, HttpResponder& response) {
  wish_ = HttpWish::Of(request.target());
  served_.simulation().Check(request.body() == HttpPattern(wish_.body_bytes, wish_.salt + 1),
                             "a request has its body, byte for byte");
  served_.simulation().Sometimes(response.peer().undelivered() != 0, "a request behind a request");
  peer_ = &response.peer();
  written_ = 0;
  const HttpAnswerFields fields(wish_);
  if (wish_.mode == "now" || wish_.mode == "pieces" || wish_.mode == "length") Answering(*peer_);
  if (wish_.mode == "pieces") {
    static_cast<void>(response.Begin(fields.Answer()));
    WritePieces(wish_, response);
  } else if (wish_.mode == "length") {
    static_cast<void>(response.Begin(fields.Answer(), wish_.bytes));
    WritePieces(wish_, response);
  } else if (wish_.mode == "later" || wish_.mode == "ticks") {
    ref_ = response.Later();
    Arm();
  } else if (wish_.mode == "posted") {
    const PostResult posted = response.peer().context().reactor.Post(
        [ref = response.Later(), &table = response.peer().context().table, &served = served_,
         wish = wish_, drain = drain_] {
          HttpResponder* owed = ref.Find(table);
          served.world().Mark(owed == nullptr ? "a task finds nobody" : "a task finds its request");
          if (owed == nullptr) return;
          if (drain != nullptr) drain->Answering(owed->peer(), wish);
          SendWhole(wish, *owed);
        });
    served_.simulation().Check(posted == PostResult::kPosted, "there is room for a task");
  } else {
    SendWhole(wish_, response);
  }
}

void HttpSite::Answering(Connection& peer) {
  if (drain_ != nullptr) drain_->Answering(peer, wish_);
}

void HttpSite::Arm() {
  peer_->context().reactor.ArmAfter(*this, std::chrono::microseconds(wish_.delay));
}

void HttpSite::HandleTimeout(Time) {
  HttpResponder* response = ref_.Find(peer_->context().table);
  served_.world().Mark(response == nullptr ? "a timer finds nobody" : "a timer finds its request");
  if (response == nullptr) return;
  if (!response->begun()) Answering(*peer_);
  if (wish_.mode == "ticks") return Tick(*response);
  SendWhole(wish_, *response);
}

// First the head alone, then pieces; so it can be seen how far the head has come.
void HttpSite::Tick(HttpResponder& response) {
  if (!response.begun()) {
    const std::size_t before = peer_->pending_output();
    static_cast<void>(response.Begin(HttpAnswerFields(wish_).Answer()));
    head_queued_ = before == 0 ? peer_->pending_output() : 0;
  } else {
    if (written_ == 0 && peer_->pending_output() != 0 && peer_->pending_output() < head_queued_) {
      served_.world().Mark("short write inside a header");
    }
    const std::string body = wish_.Body();
    const std::string_view piece = std::string_view(body).substr(written_, 30'000);
    written_ += piece.size();
    static_cast<void>(response.Write(piece));
    if (written_ == body.size()) {
      static_cast<void>(response.End());
      return;
    }
  }
  if (!response.done()) Arm();
}

void HttpSite::OnGone(Connection& peer, const CloseReason& reason) {
  Timer::Cancel();
  if (drain_ != nullptr) drain_->Closed();
  served_.Closed(peer, reason);
}

}  // namespace edgewise::sim_test
