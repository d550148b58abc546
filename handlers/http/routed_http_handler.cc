// The answers to requests that have no route.
#include "handlers/http/routed_http_handler.h"

#include <array>
#include <string>

namespace edgewise::http_internal {

void AnswerWithoutRoute(const HttpRouteMatch& match, const HttpRequest& request,
                        HttpResponder& response) {
  using Kind = HttpRouteMatch::Kind;
  if (match.kind == Kind::kNoSuchMethod) {
    const std::string names = MethodNames(match.allowed);
    const std::array headers{*HttpHeader::From("Allow", names)};
    if (request.method() == HttpMethod::kOptions) {
      response.Send({.status = HttpStatus::kNoContent, .headers = headers}, {});
    } else {
      response.SendError(HttpStatus::kMethodNotAllowed,
                         "this path does not have that method; it has " + names, headers);
    }
  } else if (match.kind == Kind::kBadPath) {
    response.SendError(HttpStatus::kBadRequest,
                       "the path has an escape that is malformed, or stands for NUL");
  } else {
    response.SendError(HttpStatus::kNotFound, "there is nothing at this path");
  }
}

}  // namespace edgewise::http_internal
