// HttpStreamHandler: a service that takes the bodies of requests as they come.
#pragma once

#include <string_view>

#include "handlers/http/http_conversation.h"

namespace edgewise {

// One is made for each connection; serve it with the codec Http1. Of each request it gets the head,
// then the body in pieces of whatever size they came in, then its completion. It may answer at any
// time from OnHead on, and hears no more of a request that is answered() by then: by Send,
// SendError or SendFile, or by SendFrom, whose source says the rest. An answer that is over before
// the request is ends the connection, for what is left of the body is not waited for. To be sent no
// more for a while, hold the connection: `response.peer().HoldReading()`, and ReleaseReading later.
//
// A client that waits for `100 Continue` gets it when OnHead has returned without an answer.
//
// Threading, ownership: as for every BasicFrameHandler. Lifetime of views: the head's until OnHead
// returns, a piece's until OnBody does.
//
//   class Upload : public edgewise::HttpStreamHandler {
//     void OnHead(const edgewise::HttpRequest&, edgewise::HttpResponder&) override { bytes_ = 0; }
//     void OnBody(std::string_view piece, edgewise::HttpResponder&) override {
//       bytes_ += piece.size();
//     }
//     void OnComplete(edgewise::HttpResponder& response) override {
//       response.Send({.content_type = "text/plain"}, std::to_string(bytes_) + " bytes\n");
//     }
//     std::size_t bytes_ = 0;
//   };
class HttpStreamHandler : public HttpConversation {
 public:
  // The head of the next request; head.body() is empty, whatever came with it. OnBody brings it.
  virtual void OnHead(const HttpRequest& head, HttpResponder& response) = 0;
  // The next piece of its body, never empty. Http1Options::body_bytes_max, 1 MiB unless told
  // otherwise, bounds it here too.
  virtual void OnBody(std::string_view piece, HttpResponder& response) = 0;
  // All of the request was delivered. What is neither begun nor deferred by the end gets a 500.
  virtual void OnComplete(HttpResponder& response) = 0;

 private:
  void Whole(const HttpRequest& request, HttpResponder& response) final;
  void Head(const HttpRequest& head, HttpResponder& response) final { OnHead(head, response); }
  void Body(std::string_view piece, HttpResponder& response) final {
    if (!piece.empty() && !response.answered()) OnBody(piece, response);
  }
  void Complete(HttpResponder& response) final {
    if (!response.answered()) OnComplete(response);
  }
};

}  // namespace edgewise
