// From a frame to a request and its responder.
#include "handlers/http_handler.h"

namespace edgewise {

void HttpHandler::OnFrame(Connection& peer, const HttpRequest& request) {
  HttpResponder response(peer, request);
  OnRequest(request, response);
  if (!response.sent()) {
    response.Send({.status = HttpStatus::kInternalServerError, .content_type = "text/plain"},
                  "the service gave no answer\n");
  }
}

}  // namespace edgewise
