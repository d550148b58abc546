// Head and body, staged one behind the other; chunks; and when to close.
#include "handlers/http/http_responder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>

#include "handlers/connection_context.h"
#include "reactor/check.h"

namespace edgewise {
namespace {

// Heads up to this size are written on the stack.
constexpr std::size_t kUsualHeadBytes = 512;
// Longer pieces are cut: so the size has six digits, and fits into an envelope with its CRLF.
constexpr std::size_t kChunkBytesMax = 0xffffff;

// The size line before a chunk, and the line end after it.
Envelope ChunkAround(std::size_t size) {
  std::array<char, 8> line{};
  std::uint8_t digits = 0;
  for (std::size_t rest = size; rest != 0; rest >>= 4) ++digits;
  for (std::uint8_t i = digits; i-- != 0; size >>= 4) line[i] = "0123456789abcdef"[size & 15];
  line[digits] = '\r';
  line[digits + 1] = '\n';
  return {.prefix = ShortBytes::OfMemory(std::bit_cast<std::uint64_t>(line)),
          .suffix = {'\r', '\n'},
          .prefix_size = static_cast<std::uint8_t>(digits + 2),
          .suffix_size = 2};
}

// Files up to this size are read and leave with their head; longer ones are not copied.
constexpr std::size_t kCopiedBytesMax = std::size_t{16} << 10;

}  // namespace

SendResult HttpResponder::Send(const Answer& answer, std::string_view body) {
  EDGEWISE_CHECK(stage_ == Stage::kOwed, "a request was answered twice");
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
  EDGEWISE_CHECK(stage_ == Stage::kOwed, "a request was answered twice");
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

SendResult HttpResponder::Write(std::string_view piece) {
  EDGEWISE_CHECK(stage_ != Stage::kOwed, "a body is written between Begin and End");
  if (done()) return SendResult::kClosed;
  if (framing_ == HttpFraming::kLength) {
    if (piece.size() > left_) {
      Abandon();
      return SendResult::kTooLong;
    }
    left_ -= piece.size();
  }
  if (bodiless_) return SendResult::kAccepted;
  if (record_) record_->AddBytes(piece.size());
  if (framing_ != HttpFraming::kChunked) return peer_->Write(piece);
  SendResult result = SendResult::kAccepted;
  while (!piece.empty() && result == SendResult::kAccepted) {
    const std::string_view chunk = piece.substr(0, std::min(piece.size(), kChunkBytesMax));
    result = peer_->WriteWithin(ChunkAround(chunk.size()), chunk);
    piece.remove_prefix(chunk.size());
  }
  return result;
}

SendResult HttpResponder::End() {
  EDGEWISE_CHECK(stage_ != Stage::kOwed, "a body is written between Begin and End");
  if (done()) return SendResult::kClosed;
  if (framing_ == HttpFraming::kLength && left_ != 0 && !bodiless_) {
    Abandon();
    return SendResult::kClosed;
  }
  SendResult result = SendResult::kAccepted;
  if (framing_ == HttpFraming::kChunked && !bodiless_) result = peer_->Write("0\r\n\r\n");
  Finish();
  return result;
}

void HttpResponder::Abandon() {
  if (done()) return;
  Forget();
  peer_->Abort({.cause = CloseCause::kAbandoned});
}

SendResult HttpResponder::SendFrom(const Answer& answer, std::unique_ptr<HttpBodySource> source,
                                   std::optional<std::uint64_t> length) {
  const SendResult result = Begin(answer, length);
  if (result != SendResult::kAccepted) return result;
  if (bodiless_) return End();
  source_ = std::move(source);
  Resume();
  return result;
}

SendResult HttpResponder::SendFile(const Answer& answer, FileSlice slice) {
  const SendResult begun = Begin(answer, slice.bytes);
  if (begun != SendResult::kAccepted) return begun;
  left_ = 0;
  SendResult result = SendResult::kAccepted;
  if (record_ && !bodiless_) record_->AddBytes(slice.bytes);
  if (!bodiless_ && slice.bytes > kCopiedBytesMax) {
    result = peer_->SendFile(std::move(slice));
  } else if (!bodiless_) {
    std::array<char, kCopiedBytesMax> text;
    Kernel& kernel = peer_->context().kernel;
    for (std::size_t left = slice.bytes; left != 0 && result == SendResult::kAccepted;) {
      const IoResult got =
          kernel.ReadAt(slice.file->handle(), std::span(text).first(left), slice.offset);
      if (got.error() == Error::kInterrupted) continue;
      if (!got.ok() || got.bytes() == 0) {
        Abandon();
        return SendResult::kClosed;
      }
      result = peer_->Write({text.data(), got.bytes()});
      slice.offset += got.bytes();
      left -= got.bytes();
    }
  }
  Finish();
  return result;
}

void HttpResponder::Resume() {
  resumed_ = true;  // from within Produce: it is asked again then, even if it says that it waits
  if (!source_) return;
  if (peer_->pending_output() == 0) return Pump();
  asks_ = true;
  peer_->AskForDrained();
}

void HttpResponder::Pump() {
  asks_ = false;
  if (!source_) return;
  resumed_ = false;
  // It may end the answer by itself, and is needed until it returns.
  std::unique_ptr<HttpBodySource> source = std::move(source_);
  const auto outcome = source->Produce(*this, peer_->context().reactor.budget());
  if (stage_ != Stage::kBody) return;
  switch (outcome) {
    case HttpBodySource::Outcome::kMore:
      resumed_ = true;
      [[fallthrough]];
    case HttpBodySource::Outcome::kWaiting:
      source_ = std::move(source);
      asks_ = resumed_;
      if (asks_) peer_->AskForDrained();
      return;
    case HttpBodySource::Outcome::kEnd:
      static_cast<void>(End());
      return;
    case HttpBodySource::Outcome::kFailed:
      return Abandon();
  }
}

HttpReplyRef HttpResponder::Later() {
  EDGEWISE_CHECK(stage_ != Stage::kDone, "the request has been answered already");
  deferred_ = true;
  return {peer_->ref(), this, number_};
}

SendResult HttpResponder::Upgrade(HttpHeaderValue protocol, std::span<const HttpHeader> headers,
                                  std::unique_ptr<FrameHandler> next) {
  EDGEWISE_CHECK(stage_ == Stage::kOwed, "a request was answered twice");
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
  stage_ = Stage::kDone;
  source_.reset();
}

void HttpResponder::StartRecord(const HttpRequest& request) {
  if (!record_) record_ = std::make_unique<HttpAccessRecord>();
  Kernel& kernel = peer_->context().kernel;
  record_->Begin(request, kernel.WallNow(), kernel.MonotonicNow());
}

void HttpResponder::RecordRefusal(Connection& peer, int status) {
  peer_ = &peer;
  if (done()) StartRecord(HttpRequest());
  record_->set_status(static_cast<HttpStatus>(status));
  WriteRecord();
  stage_ = Stage::kDone;
}

void HttpResponder::WriteRecord() {
  ConnectionContext& context = peer_->context();
  AccessLog& log = *context.access_log;
  const std::string_view line =
      record_->Line(log.format(), peer_->peer(), context.kernel.MonotonicNow());
  if (!log.Append(line)) ++context.counters.log_lines_dropped;
}

// A server that is stopping says so with its last answer, not before requests that are here
// already.
bool HttpResponder::IsLast() const {
  const std::size_t behind = held_ ? peer_->undelivered() : peer_->context().workspace.batch_left();
  return peer_->finishing() && behind == 0;
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
