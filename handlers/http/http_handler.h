// HttpHandler: a service that answers HTTP/1.1 requests; serve it with the codec Http1.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "handlers/frame_handler.h"
#include "handlers/http/http1.h"
#include "handlers/http/http_gathering.h"
#include "handlers/http/http_request.h"
#include "handlers/http/http_responder.h"

namespace edgewise {

// One is made for each connection. Requests come one at a time, in order, pipelined ones in a batch
// whose answers leave in one send; each is to be answered before OnRequest returns. A request comes
// whole: a body that did not arrive with its head is gathered here first, in memory that counts
// towards the budget of all connections. (A handler that wants bodies as they come derives from
// BasicFrameHandler<HttpPart>.) A client that waits for `100 Continue` gets it; any other
// expectation is answered with 417.
//
// Threading, ownership, views: as for every BasicFrameHandler; a request lives until OnRequest
// returns.
//
//   class Hello : public edgewise::HttpHandler {
//     void OnRequest(const edgewise::HttpRequest&, edgewise::HttpResponder& response) override {
//       response.Send({.content_type = "text/plain"}, "Hello, World!");
//     }
//   };
//   server.Serve<edgewise::Http1, Hello>();
class HttpHandler : public BasicFrameHandler<HttpPart> {
 public:
  virtual void OnRequest(const HttpRequest& request, HttpResponder& response) = 0;

  void OnFrame(Connection& peer, const HttpPart& part) final;

 protected:
  // How large the body of this request may be, in bytes, if less than the codec allows. Larger ones
  // are answered with 413: announced ones before any of the body is gathered.
  virtual std::uint64_t BodyBytesMax(const HttpRequest& head) const;

 private:
  void Begin(Connection& peer, const HttpRequest& head);
  void Gather(Connection& peer, std::string_view piece);
  // Answers with 413 and closes: what is left of the body is not waited for.
  void RefuseBody(Connection& peer, const HttpRequest& head);
  // Makes the responder; a request that was left without an answer gets a 500.
  void Answer(Connection& peer, const HttpRequest& request);

  std::unique_ptr<HttpGathering> gathering_;  // the request that is not over; usually none
};

}  // namespace edgewise
