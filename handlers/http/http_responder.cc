// Heads and whole answers; when to close, and what to record.
#include "handlers/http/http_responder.h"

#include <array>
#include <string>
#include <utility>

#include "handlers/connection_context.h"
#include "reactor/check.h"

namespace edgewise {
namespace {

// Heads up to this size are written on the stack.
constexpr std::size_t kUsualHeadBytes = 512;

}  // namespace

// The connection may have ended, or begun to, since the request was delivered.
bool HttpResponder::MayBegin() {
  if (peer_->write_side() != WriteSide::kOpen) [[unlikely]] {
    Forget();
    return false;
  }
  EDGEWISE_CHECK(stage_ == Stage::kOwed, "a request was answered twice");
  return true;
}

SendResult HttpResponder::Send(const Answer& answer, std::string_view body) {
  if (!MayBegin()) return SendResult::kClosed;
  if (!complete_) CloseAfterwards();
  DecidePersistence();
  HttpResponseHead head = HeadOf(answer);
  head.content_length = body.size();
  SendResult result = WriteHead(head);
  if (result == SendResult::kAccepted && !bodiless_) {
    result = peer_->Write(body);
    if (record_) record_->AddBytes(body.size());
  }
  Finish();
  return result;
}

SendResult HttpResponder::SendError(HttpStatus status, std::string_view reason,
                                    std::span<const HttpHeader> headers) {
  return Send({.status = status, .content_type = "text/plain; charset=utf-8", .headers = headers},
              std::string(reason) + "\n");
}

SendResult HttpResponder::Begin(const Answer& answer, std::optional<std::uint64_t> length) {
  if (!MayBegin()) return SendResult::kClosed;
  framing_ = length        ? HttpFraming::kLength
             : speaks_1_1_ ? HttpFraming::kChunked
                           : HttpFraming::kUntilClose;
  if (framing_ == HttpFraming::kUntilClose) CloseAfterwards();
  DecidePersistence();
  HttpResponseHead head = HeadOf(answer);
  head.framing = framing_;
  head.content_length = left_ = length.value_or(0);
  stage_ = Stage::kBody;
  return WriteHead(head);
}

void HttpResponder::Abandon() {
  if (done()) return;
  Forget();
  peer_->Abort({.cause = CloseCause::kAbandoned});
}

HttpReplyRef HttpResponder::Later() {
  EDGEWISE_CHECK(stage_ != Stage::kDone || peer_->write_side() != WriteSide::kOpen,
                 "the request has been answered already");
  deferred_ = true;
  return {peer_->ref(), this, number_};
}

SendResult HttpResponder::Upgrade(HttpHeaderValue protocol, std::span<const HttpHeader> headers,
                                  std::unique_ptr<FrameHandler> next) {
  if (!MayBegin()) return SendResult::kClosed;
  if (!complete_ || !speaks_1_1_) {
    SendError(HttpStatus::kBadRequest, "an upgrade has no body, and is of HTTP/1.1");
    return SendResult::kClosed;
  }
  persistence_ = HttpPersistence::kUpgrade;
  HttpResponseHead head = HeadOf({.status = HttpStatus::kSwitchingProtocols, .headers = headers});
  head.upgrade = protocol;
  const SendResult result = WriteHead(head);
  if (result != SendResult::kAccepted) return result;
  peer_->EndFraming();
  successor_ = std::move(next);
  Finish();
  successor_->OnOpen(*peer_);
  return result;
}

void HttpResponder::HoldRequests() {
  held_ = true;
  peer_->AddHold(Hold::kAnswer);
}

void HttpResponder::Forget() {
  if (record_ && stage_ != Stage::kDone) WriteRecord();
  if (framing_ == HttpFraming::kUntilClose &&
      (stage_ == Stage::kBody || peer_->pending_output() != 0)) {
    // The end of the connection would be the end of the body, not all of which has been written, or
    // has left: so it has to be an error.
    peer_->ResetAtEnd();
  }
  stage_ = Stage::kDone;
  source_.reset();
}

void HttpResponder::StartRecord(const HttpRequest& request) {
  if (!record_) record_ = std::make_unique<HttpAccessRecord>();
  Kernel& kernel = peer_->context().kernel;
  record_->Begin(request, kernel.WallNow(), kernel.MonotonicNow());
}

bool HttpResponder::Refuse(Connection& peer, int status) {
  const bool fits = stage_ != Stage::kBody;
  peer_ = &peer;
  if (fits && peer.context().access_log != nullptr) {
    if (done()) StartRecord(HttpRequest());
    record_->set_status(static_cast<HttpStatus>(status));
    stage_ = Stage::kOwed;
  }
  Forget();
  return fits;
}

void HttpResponder::WriteRecord() {
  ConnectionContext& context = peer_->context();
  AccessLog& log = *context.access_log;
  const std::string_view line =
      record_->Line(log.format(), peer_->peer(), context.kernel.MonotonicNow());
  if (!log.Append(line)) ++context.counters.log_lines_dropped;
}

// A server that is stopping says so with its last answer, not before requests that are here
// already: in memory, or in the socket, where a hold leaves them.
bool HttpResponder::IsLast() const {
  if (!peer_->finishing()) return false;
  const std::size_t behind = held_ ? peer_->undelivered() : peer_->context().workspace.batch_left();
  return behind == 0 && (peer_->read_side() == ReadSide::kEof || !peer_->InputWaits());
}

void HttpResponder::DecidePersistence() {
  if (IsLast() || number_ >= peer_->context().options.requests_max) [[unlikely]]
    CloseAfterwards();
}

HttpResponseHead HttpResponder::HeadOf(const Answer& answer) {
  ConnectionContext& context = peer_->context();
  bodiless_ = is_head_ || !HasBody(answer.status);
  ++context.counters.answers[static_cast<std::size_t>(answer.status) / 100 % 6];
  if (record_) record_->set_status(answer.status);
  return {.status = answer.status,
          .persistence = persistence_,
          .content_type = answer.content_type,
          .date = context.workspace.Date(context.kernel, context.reactor.now()),
          .headers = answer.headers};
}

SendResult HttpResponder::WriteHead(const HttpResponseHead& head) {
  const std::size_t size_max = head.SizeMax();
  if (size_max <= kUsualHeadBytes) [[likely]] {
    std::array<char, kUsualHeadBytes> text;
    return peer_->Write({text.data(), head.WriteTo(text)});
  }
  std::string text(size_max, '\0');
  text.resize(head.WriteTo(text));
  return peer_->Write(text);
}

// The answer is over. Whether the connection is, too, was said in its head, unless it was over
// before the request.
void HttpResponder::Finish() {
  stage_ = Stage::kDone;
  source_.reset();
  if (record_) WriteRecord();
  if (number_ >= peer_->context().options.requests_max) [[unlikely]] {
    peer_->CloseFor({.cause = CloseCause::kRequestsMax});
  } else if (persistence_ == HttpPersistence::kClose || !complete_) {
    peer_->Close();
  }
  if (held_) peer_->ReleaseHold(Hold::kAnswer);
  held_ = false;
}

}  // namespace edgewise
