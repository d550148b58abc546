// HttpConversation: the requests and answers of one connection, one after the other.
#pragma once

#include <string_view>

#include "handlers/frame_handler.h"
#include "handlers/http/http1.h"
#include "handlers/http/http_request.h"
#include "handlers/http/http_responder.h"

namespace edgewise {

// What HttpHandler and HttpStreamHandler, from which services derive, have in common: it takes the
// parts that Http1 delivers, keeps the one answer that is owed, and sees to the order. While an
// answer is owed or under way after its request was delivered, reading is held (Hold::kAnswer), so
// that the requests behind it wait in the socket. A client that waits for `100 Continue` gets it;
// any other expectation is answered with 417. After an upgrade it passes everything on to the
// handler of the other protocol.
//
// Threading, ownership, views: as for every BasicFrameHandler.
class HttpConversation : public BasicFrameHandler<HttpPart> {
 public:
  // Takes what Http1 delivers; the functions below pass it on.
  void OnFrame(Connection& peer, const HttpPart& part) final;
  void OnEnd(Connection& peer) final;
  void OnDrained(Connection& peer) final;
  void OnFinish(Connection& peer) final;
  bool OnRefuse(Connection& peer, const CloseReason& reason) final;
  void OnClose(Connection& peer, const CloseReason& reason) final;

  // The server stops while an answer is owed or under way: one that would go on for ever ends here.
  // (A source that was waiting has been asked once more; `response.peer().finishing()` tells it.)
  virtual void OnStop(HttpResponder& response) { static_cast<void>(response); }
  // The connection is over; called once for each OnOpen. An answer that was still owed never
  // leaves.
  virtual void OnGone(Connection& peer, const CloseReason& reason) {
    static_cast<void>(peer);
    static_cast<void>(reason);
  }

 protected:
  // All of a request at once.
  virtual void Whole(const HttpRequest& request, HttpResponder& response) = 0;
  // Or in parts: Head, any number of Body, Complete. Nothing more comes of a request after its
  // answer was finished early:
  virtual void Head(const HttpRequest& head, HttpResponder& response) = 0;
  virtual void Body(std::string_view piece, HttpResponder& response) = 0;
  virtual void Complete(HttpResponder& response) = 0;
  // What came of the request will never be complete.
  virtual void Dropped(Connection& peer) { static_cast<void>(peer); }

 private:
  void Take(Connection& peer, const HttpRequest& request, HttpResponder::Extent extent);
  void Begin(Connection& peer, const HttpRequest& head);
  void Settle();

  HttpResponder responder_;
};

}  // namespace edgewise
