// HttpHandler: a service that answers HTTP/1.1 requests; serve it with the codec Http1.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "handlers/http/http_conversation.h"
#include "handlers/http/http_gathering.h"
#include "handlers/http/http_request.h"
#include "handlers/http/http_responder.h"

namespace edgewise {

// One is made for each connection. Requests come one at a time, in order, pipelined ones in a batch
// whose answers leave in one send. Each is answered before OnRequest returns, or deferred there
// (HttpResponder has all the ways). A request comes whole: a body that did not arrive with its head
// is gathered here first, in memory that counts towards the budget of all connections. Who wants
// bodies as they come derives from HttpStreamHandler.
//
// Threading, ownership, views: as for every BasicFrameHandler; a request lives until OnRequest
// returns.
//
//   class Hello : public edgewise::HttpHandler {
//     void OnRequest(const edgewise::HttpRequest&, edgewise::HttpResponder& response) override {
//       response.Send({.content_type = "text/plain"}, "Hello, World!");
//     }
//   };
//
//   server.Serve<edgewise::Http1, Hello>();
class HttpHandler : public HttpConversation {
 public:
  // A whole request: answer it, or keep what Later gives. What is neither gets a 500.
  virtual void OnRequest(const HttpRequest& request, HttpResponder& response) = 0;

 protected:
  // How large the body of this request may be, in bytes, if less than the codec allows. Larger ones
  // are answered with 413: announced ones before any of the body is gathered.
  virtual std::uint64_t BodyBytesMax(const HttpRequest& head) const;

 private:
  void Whole(const HttpRequest& request, HttpResponder& response) final;
  void Head(const HttpRequest& head, HttpResponder& response) final;
  void Body(std::string_view piece, HttpResponder& response) final;
  void Complete(HttpResponder& response) final;
  void Dropped(Connection& peer) final;

  std::unique_ptr<HttpGathering> gathering_;  // the request that is not over; usually none
};

}  // namespace edgewise
