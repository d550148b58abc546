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
      response.Send({.status = HttpStatus::kMethodNotAllowed,
                     .content_type = "text/plain",
                     .headers = headers},
                    "this path does not have that method; it has " + names + "\n");
    }
    return;
  }
  const bool bad = match.kind == Kind::kBadPath;
  response.Send({.status = bad ? HttpStatus::kBadRequest : HttpStatus::kNotFound,
                 .content_type = "text/plain"},
                bad ? "the path has an escape that is malformed, or stands for NUL\n"
                    : "there is nothing at this path\n");
}

}  // namespace edgewise::http_internal
