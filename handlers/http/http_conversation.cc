// Parts in, answers out, in order.
#include "handlers/http/http_conversation.h"

#include <optional>

#include "handlers/connection_context.h"
#include "handlers/http/http_refusal.h"

namespace edgewise {

void HttpConversation::OnFrame(Connection& peer, const HttpPart& part) {
  switch (part.kind) {
    case HttpPart::Kind::kWhole:
      Take(peer, part.request, HttpResponder::Extent::kWhole);
      Whole(part.request, responder_);
      return Settle();
    case HttpPart::Kind::kHead:
      return Begin(peer, part.request);
    case HttpPart::Kind::kBody:
      return Body(part.body(), responder_);
    case HttpPart::Kind::kEnd:
      Body(part.body(), responder_);
      if (responder_.done()) return;
      responder_.Completed();
      Complete(responder_);
      return Settle();
    case HttpPart::Kind::kBytes:
      return responder_.successor()->OnFrame(peer, part.body());
  }
}

void HttpConversation::Take(Connection& peer, const HttpRequest& request,
                            HttpResponder::Extent extent) {
  responder_.Take(peer, request, extent);
  if (peer.context().access_log != nullptr) [[unlikely]]
    responder_.StartRecord(request);
}

void HttpConversation::Begin(Connection& peer, const HttpRequest& head) {
  Take(peer, head, HttpResponder::Extent::kHead);
  const std::optional<std::string_view> expectation = head.Header("Expect");
  const bool expects = expectation && head.minor_version() >= 1;
  if (expects && !EqualsIgnoringCase(*expectation, "100-continue")) {
    responder_.SendError(HttpStatus::kExpectationFailed,
                         "the only expectation known here is 100-continue");
    return;
  }
  Head(head, responder_);
  // One that has begun to send the body does not wait; one that was answered need not.
  if (expects && !responder_.begun() && peer.context().workspace.batch_left() == 0) {
    static_cast<void>(peer.Write("HTTP/1.1 100 Continue\r\n\r\n"));
  }
}

// The request is complete. Either it has been answered, or its answer will come, or it never would.
void HttpConversation::Settle() {
  if (responder_.done()) [[likely]]
    return;
  if (!responder_.begun() && !responder_.deferred()) {
    responder_.SendError(HttpStatus::kInternalServerError, "the service gave no answer");
    return;
  }
  responder_.HoldRequests();
}

void HttpConversation::OnEnd(Connection& peer) {
  if (responder_.successor() != nullptr) return responder_.successor()->OnEnd(peer);
  peer.Close();
}

void HttpConversation::OnDrained(Connection& peer) {
  if (responder_.successor() != nullptr) return responder_.successor()->OnDrained(peer);
  responder_.Drained();
}

void HttpConversation::OnFinish(Connection& peer) {
  if (responder_.successor() != nullptr) return responder_.successor()->OnFinish(peer);
  responder_.Resume();
  if (!responder_.done()) OnStop(responder_);
}

bool HttpConversation::OnRefuse(Connection& peer, const CloseReason& reason) {
  if (responder_.successor() != nullptr) {
    // Its codec is still ours, and so is the farewell.
    static_cast<void>(responder_.successor()->OnRefuse(peer, reason));
    return false;
  }
  const bool fits = responder_.Refuse(peer, WordsFor(RefusalFor(reason)).status);
  Dropped(peer);
  return fits;
}

void HttpConversation::OnClose(Connection& peer, const CloseReason& reason) {
  if (responder_.successor() != nullptr) responder_.successor()->OnClose(peer, reason);
  OnGone(peer, reason);
  responder_.Forget();
}

}  // namespace edgewise
