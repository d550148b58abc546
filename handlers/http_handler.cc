// From parts to a request and its responder.
#include "handlers/http_handler.h"

#include <utility>

#include "handlers/connection_context.h"

namespace edgewise {

void HttpHandler::OnFrame(Connection& peer, const HttpPart& part) {
  switch (part.kind) {
    case HttpPart::Kind::kWhole:
      return Answer(peer, part.request);
    case HttpPart::Kind::kHead:
      return Begin(peer, part.request);
    case HttpPart::Kind::kBody:
      gathering_->Append(part.body());
      return peer.AccountFor(gathering_->bytes());
    case HttpPart::Kind::kEnd:
      gathering_->Append(part.body());
      const std::unique_ptr<HttpGathering> whole = std::move(gathering_);
      Answer(peer, whole->Request());
      return peer.AccountFor(0);
  }
}

void HttpHandler::Begin(Connection& peer, const HttpRequest& head) {
  const std::optional<std::string_view> expectation = head.Header("Expect");
  if (expectation && head.minor_version() >= 1) {
    if (!EqualsIgnoringCase(*expectation, "100-continue")) {
      HttpResponder response(peer, head);
      response.Send({.status = HttpStatus::kExpectationFailed, .content_type = "text/plain"},
                    "the only expectation known here is 100-continue\n");
      return peer.Close();
    }
    // One that has begun to send the body does not wait.
    if (peer.context().workspace.batch_left() == 0) {
      static_cast<void>(peer.Write("HTTP/1.1 100 Continue\r\n\r\n"));
    }
  }
  gathering_ = std::make_unique<HttpGathering>(head);
  peer.AccountFor(gathering_->bytes());
}

void HttpHandler::Answer(Connection& peer, const HttpRequest& request) {
  HttpResponder response(peer, request);
  OnRequest(request, response);
  if (!response.sent()) {
    response.Send({.status = HttpStatus::kInternalServerError, .content_type = "text/plain"},
                  "the service gave no answer\n");
  }
}

}  // namespace edgewise
