// A request that came whole is given in the same steps as any other.
#include "handlers/http/http_stream_handler.h"

namespace edgewise {

void HttpStreamHandler::Whole(const HttpRequest& request, HttpResponder& response) {
  HttpRequest::Parts head = request.parts();
  head.body = {};
  OnHead(HttpRequest(head), response);
  Body(request.body(), response);
  Complete(response);
}

}  // namespace edgewise
