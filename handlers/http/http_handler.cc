// From parts to a request and its responder.
#include "handlers/http/http_handler.h"

#include <charconv>
#include <limits>
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
      return Gather(peer, part.body());
    case HttpPart::Kind::kEnd:
      Gather(peer, part.body());
      if (!gathering_) return;
      const std::unique_ptr<HttpGathering> whole = std::move(gathering_);
      Answer(peer, whole->Request());
      return peer.AccountFor(0);
  }
}

std::uint64_t HttpHandler::BodyBytesMax(const HttpRequest&) const {
  return std::numeric_limits<std::uint64_t>::max();
}

void HttpHandler::Begin(Connection& peer, const HttpRequest& head) {
  const std::uint64_t body_bytes_max = BodyBytesMax(head);
  std::uint64_t announced = 0;
  const std::string_view length = head.Header("Content-Length").value_or("0");
  std::from_chars(length.data(), length.data() + length.size(), announced);
  if (announced > body_bytes_max) return RefuseBody(peer, head);
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
  gathering_ = std::make_unique<HttpGathering>(head, body_bytes_max);
  peer.AccountFor(gathering_->bytes());
}

void HttpHandler::Gather(Connection& peer, std::string_view piece) {
  gathering_->Append(piece);
  if (!gathering_->over()) return peer.AccountFor(gathering_->bytes());
  const std::unique_ptr<HttpGathering> whole = std::move(gathering_);
  RefuseBody(peer, whole->Request());
  peer.AccountFor(0);
}

void HttpHandler::RefuseBody(Connection& peer, const HttpRequest& head) {
  HttpResponder response(peer, head);
  response.Send({.status = HttpStatus::kContentTooLarge, .content_type = "text/plain"},
                "the body is larger than this path allows\n");
  peer.Close();
}

void HttpHandler::Answer(Connection& peer, const HttpRequest& request) {
  if (!request.body().empty() && request.body().size() > BodyBytesMax(request)) [[unlikely]] {
    return RefuseBody(peer, request);
  }
  HttpResponder response(peer, request);
  OnRequest(request, response);
  if (!response.sent()) {
    response.Send({.status = HttpStatus::kInternalServerError, .content_type = "text/plain"},
                  "the service gave no answer\n");
  }
}

}  // namespace edgewise
