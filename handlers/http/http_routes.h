// HttpRoutes: which member function of a service answers which requests.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "handlers/http/http_path_parameters.h"
#include "handlers/http/http_request.h"
#include "handlers/http/http_responder.h"
#include "handlers/http/http_router.h"

namespace edgewise {

// What holds for one route. A value.
struct HttpRouteOptions {
  // Bytes of the largest body; beyond: 413. The codec's own limit holds in any case.
  std::uint64_t body_bytes_max = std::numeric_limits<std::uint64_t>::max();
};

namespace http_internal {
// Adds a route; a pattern that the router refuses is a mistake in the program and ends it.
void AddRoute(HttpRouter& router, HttpMethod method, std::string_view pattern, std::size_t route);
}  // namespace http_internal

// HttpRouter has the form of patterns; RoutedHttpHandler is the base of such a service.
//
// Threading: made by one thread before the server starts, then read by all of its threads.
// Ownership: the program's; it must outlive the server.
template <typename Service>
class HttpRoutes {
 public:
  // A member function of the service that answers.
  using Action = void (Service::*)(const HttpRequest&, const HttpPathParameters&, HttpResponder&);

  // REQUIRES: a pattern that HttpRouter::Add takes.
  HttpRoutes& On(HttpMethod method, std::string_view pattern, Action answer,
                 const HttpRouteOptions& options = {}) {
    http_internal::AddRoute(router_, method, pattern, routes_.size());
    routes_.push_back({answer, options});
    return *this;
  }

  // The patterns, and what belongs to a route by its number (HttpRouteMatch::route). REQUIRES: a
  // number of one of the routes:
  const HttpRouter& router() const { return router_; }
  Action action(std::size_t route) const { return routes_[route].action; }
  const HttpRouteOptions& options(std::size_t route) const { return routes_[route].options; }

 private:
  struct Route {
    Action action;
    HttpRouteOptions options;
  };

  HttpRouter router_;
  std::vector<Route> routes_;
};

}  // namespace edgewise
