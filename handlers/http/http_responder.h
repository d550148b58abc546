// HttpResponder: where the answer to one request goes: at once, in pieces, from a source, or later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "handlers/connection.h"
#include "handlers/frame_handler.h"
#include "handlers/http/http_access_record.h"
#include "handlers/http/http_body_source.h"
#include "handlers/http/http_reply_ref.h"
#include "handlers/http/http_response_head.h"

namespace edgewise {

// Knows what the answer must agree with: HEAD has no body, an HTTP/1.0 client is told whether the
// connection stays and gets no chunks, a server that is stopping says so, and a body has the length
// that was announced or the connection breaks, so that no client takes a part for the whole.
//
// Each connection has one, for one request at a time: it belongs to the request that it was passed
// with until done(). Every method answers kClosed, and does nothing, when the connection is gone.
//
// Threading: the reactor's thread. Lifetime: its connection's; keep an HttpReplyRef to use it after
// the callback that it was passed to.
class HttpResponder {
 public:
  // What a service says besides the body.
  struct Answer {
    // The status line and the fields: Content-Type if it is not empty, then `headers` in their
    // order. Views: all must live until the call returns:
    HttpStatus status = HttpStatus::kOk;
    HttpHeaderValue content_type{};
    std::span<const HttpHeader> headers{};
  };

  HttpResponder() = default;
  HttpResponder(const HttpResponder&) = delete;
  HttpResponder& operator=(const HttpResponder&) = delete;

  // Sends the whole answer; `body` is copied. REQUIRES: nothing was sent for this request yet.
  SendResult Send(const Answer& answer, std::string_view body);

  // The same as plain text, for people: what is wrong and what would be right. A line end is added.
  SendResult SendError(HttpStatus status, std::string_view reason,
                       std::span<const HttpHeader> headers = {});

  // Or begins one whose body follows by Write. With `length`: exactly so many bytes must follow.
  // Without: in chunks; to a client of HTTP/1.0, until the connection closes. REQUIRES: as Send.
  SendResult Begin(const Answer& answer, std::optional<std::uint64_t> length = std::nullopt);
  // The next piece; it is copied, or sent at once. What the socket does not take is kept, up to
  // outbound_bytes_max: a body that could be faster than its reader wants a source. kTooLong: more
  // than the announced length; the answer is abandoned. REQUIRES: Begin, and not done().
  SendResult Write(std::string_view piece);
  // That was all. Less than the announced length abandons the answer. REQUIRES: as Write.
  SendResult End();
  // Breaks the connection off: what was promised cannot be kept. Nothing if it is over.
  void Abandon();

  // Begins an answer whose body `source` writes, asked for more when there is room, the first time
  // before this returns. REQUIRES: as Send.
  SendResult SendFrom(const Answer& answer, std::unique_ptr<HttpBodySource> source,
                      std::optional<std::uint64_t> length = std::nullopt);
  // Sends an answer whose body is `slice`. A short one is read and copied; a longer one goes from
  // the file to the socket. kClosed, and the connection is abandoned, if it cannot be read.
  // REQUIRES: as Send.
  SendResult SendFile(const Answer& answer, FileSlice slice);

  // The source that is waiting has something to say again. Nothing if there is no source.
  void Resume();

  // The answer comes after the callback has returned. Requests behind it wait; no timeout but the
  // one on writing applies. REQUIRES: not done().
  HttpReplyRef Later();

  // Answers 101, and from the next byte on the connection is `next`'s, which gets the bytes as they
  // come. It was opened before this returns. `protocol`: for the Upgrade field. REQUIRES: as Send.
  // kClosed, after a 400, if the request's body is not over.
  SendResult Upgrade(HttpHeaderValue protocol, std::span<const HttpHeader> headers,
                     std::unique_ptr<FrameHandler> next);

  // The connection closes when this answer has left, which says so. REQUIRES: as Send.
  void CloseAfterwards() { persistence_ = HttpPersistence::kClose; }

  // Something was sent.
  bool begun() const { return stage_ >= Stage::kBody; }
  // All was sent, or it was abandoned.
  bool done() const { return stage_ == Stage::kDone; }
  // That, or a source writes the rest: the service has nothing more to say.
  bool answered() const { return done() || source_ != nullptr; }
  // Later was called.
  bool deferred() const { return deferred_; }
  // Which request of its connection this is, from 1.
  std::uint32_t number() const { return number_; }
  // REQUIRES: a request was delivered on it.
  Connection& peer() { return *peer_; }

  // --- For HttpConversation.

  // Whether the body has come with the head.
  enum class Extent : std::uint8_t { kHead, kWhole };
  // A request was delivered, all of it or its head. REQUIRES: done().
  void Take(Connection& peer, const HttpRequest& request, Extent extent) {
    peer_ = &peer;
    ++number_;
    stage_ = Stage::kOwed;
    deferred_ = false;
    complete_ = extent == Extent::kWhole;
    is_head_ = request.method() == HttpMethod::kHead;
    speaks_1_1_ = request.minor_version() >= 1;
    persistence_ = PersistenceFor(request);
  }
  // The rest of the request was delivered.
  void Completed() { complete_ = true; }
  // What was taken is to be written to the access log. REQUIRES: the connection's context has one.
  void StartRecord(const HttpRequest& request);
  // What came is refused, with this status unless there is something of an answer already: then
  // false, and that is broken off.
  bool Refuse(Connection& peer, int status);
  // Reading is held until the answer is over.
  void HoldRequests();
  // All that was written has left.
  void Drained() {
    if (asks_) Pump();
  }
  // The connection is gone.
  void Forget();
  // Null unless the connection was upgraded.
  FrameHandler* successor() const { return successor_.get(); }

 private:
  enum class Stage : std::uint8_t { kOwed, kBody, kDone };

  bool MayBegin();
  void DecidePersistence();
  bool IsLast() const;
  SendResult WriteHead(const HttpResponseHead& head);
  HttpResponseHead HeadOf(const Answer& answer);
  void Finish();
  void WriteRecord();
  void Pump();

  Connection* peer_ = nullptr;
  std::unique_ptr<HttpBodySource> source_;
  std::unique_ptr<FrameHandler> successor_;
  std::unique_ptr<HttpAccessRecord> record_;  // null unless there is an access log
  std::uint64_t left_ = 0;                    // of the announced length
  std::uint32_t number_ = 0;
  Stage stage_ = Stage::kDone;
  HttpPersistence persistence_ = HttpPersistence::kImplied;
  HttpFraming framing_ = HttpFraming::kLength;
  bool deferred_ : 1 = false;
  bool held_ : 1 = false;
  bool asks_ : 1 = false;        // the source wants to be asked
  bool resumed_ : 1 = false;     // since it was asked last
  bool complete_ : 1 = false;    // all of the request has come
  bool is_head_ : 1 = false;     // the request's method
  bool speaks_1_1_ : 1 = false;  // the client
  bool bodiless_ : 1 = false;    // nothing follows the head, whatever it announces
};

}  // namespace edgewise
