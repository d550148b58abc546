// RoutedHttpHandler: a service whose member functions are its routes.
#pragma once

#include <cstdint>
#include <limits>

#include "handlers/http/http_handler.h"
#include "handlers/http/http_routes.h"

namespace edgewise {

namespace http_internal {
// The answer where there is no route: 404, 405 with Allow, 400; 204 with Allow to OPTIONS.
void AnswerWithoutRoute(const HttpRouteMatch& match, const HttpRequest& request,
                        HttpResponder& response);
}  // namespace http_internal

// Threading, ownership, views: as for HttpHandler; parameters live as
// long as the request.
//
//   class Api : public edgewise::RoutedHttpHandler<Api> {
//    public:
//     using RoutedHttpHandler::RoutedHttpHandler;
//     void User(const HttpRequest&, const HttpPathParameters& path, HttpResponder& response) {
//       response.Send({.content_type = "text/plain"}, path.Get("id"));
//     }
//   };
//
//   HttpRoutes<Api> routes;
//   routes.On(HttpMethod::kGet, "/users/{id}", &Api::User);
//
//   server.Serve<Http1, Api>(&routes);
template <typename Service>
class RoutedHttpHandler : public HttpHandler {
 public:
  // `routes` must outlive every connection.
  explicit RoutedHttpHandler(const HttpRoutes<Service>* routes) : routes_(routes) {}

  void OnRequest(const HttpRequest& request, HttpResponder& response) final {
    const HttpRouteMatch match = Match(request);
    if (match.kind != HttpRouteMatch::Kind::kFound) [[unlikely]] {
      return http_internal::AnswerWithoutRoute(match, request, response);
    }
    const typename HttpRoutes<Service>::Action action = routes_->action(match.route);
    (static_cast<Service&>(*this).*action)(request, match.parameters, response);
  }

 protected:
  std::uint64_t BodyBytesMax(const HttpRequest& head) const final {
    const HttpRouteMatch match = Match(head);
    return match.kind == HttpRouteMatch::Kind::kFound ? routes_->options(match.route).body_bytes_max
                                                      : std::numeric_limits<std::uint64_t>::max();
  }

 private:
  HttpRouteMatch Match(const HttpRequest& request) const {
    return routes_->router().Match(request.method(), request.path());
  }

  const HttpRoutes<Service>* routes_;
};

}  // namespace edgewise
