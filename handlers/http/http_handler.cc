// From parts to a whole request.
#include "handlers/http/http_handler.h"

#include <charconv>
#include <limits>
#include <utility>

namespace edgewise {
namespace {

// The connection closes with it, whether all of the body is here or not: a verdict does not depend
// on how bytes arrive.
void RefuseBody(HttpResponder& response) {
  response.CloseAfterwards();
  response.SendError(HttpStatus::kContentTooLarge, "the body is larger than this path allows");
}

}  // namespace

std::uint64_t HttpHandler::BodyBytesMax(const HttpRequest&) const {
  return std::numeric_limits<std::uint64_t>::max();
}

void HttpHandler::Whole(const HttpRequest& request, HttpResponder& response) {
  if (!request.body().empty() && request.body().size() > BodyBytesMax(request)) [[unlikely]] {
    return RefuseBody(response);
  }
  OnRequest(request, response);
}

void HttpHandler::Head(const HttpRequest& head, HttpResponder& response) {
  const std::uint64_t body_bytes_max = BodyBytesMax(head);
  std::uint64_t announced = 0;
  const std::string_view length = head.Header("Content-Length").value_or("0");
  std::from_chars(length.data(), length.data() + length.size(), announced);
  if (announced > body_bytes_max) return RefuseBody(response);
  gathering_ = std::make_unique<HttpGathering>(head, body_bytes_max);
  response.peer().AccountFor(gathering_->bytes());
}

void HttpHandler::Body(std::string_view piece, HttpResponder& response) {
  gathering_->Append(piece);
  if (!gathering_->over()) return response.peer().AccountFor(gathering_->bytes());
  Dropped(response.peer());
  RefuseBody(response);
}

void HttpHandler::Complete(HttpResponder& response) {
  const std::unique_ptr<HttpGathering> whole = std::move(gathering_);
  OnRequest(whole->Request(), response);
  response.peer().AccountFor(0);
}

void HttpHandler::Dropped(Connection& peer) {
  gathering_.reset();
  peer.AccountFor(0);
}

}  // namespace edgewise
