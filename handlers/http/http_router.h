// HttpRouter: from a method and a path to a route and the parameters in the path.
//
// A pattern is a path whose segments are texts, one-segment parameters or, at its end, a parameter
// for all that is left:
//   "/users/{id}/posts"    "/files/{path...}"
// A text goes before a parameter, a parameter before a rest, segment by segment; where that leads
// to no route, the next best is tried. Percent-encoding makes no difference to what a path means,
// so
// "/%75sers/7" is "/users/7"; "%2F" does not separate segments. A parameter stands for one byte at
// least, a rest for none or more. "/users" and "/users/" are different paths. A path with a "." or
// ".." segment, encoded or not, or with an empty one inside has no route: rests never lead out.
//
// Threading: made by one thread, then read by any number. Ownership: its patterns.
// Lifetime of views: a match holds views of the path it was given and of the router's names.
// Limits: HttpPathParameters::kMax in one pattern.
//
//   HttpRouter router;
//   absl::Status added = router.Add(HttpMethod::kGet, "/users/{id}", 0);
//   const HttpRouteMatch match = router.Match(request.method(), request.path());
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "handlers/http/http_path_parameters.h"
#include "handlers/http/http_request.h"

namespace edgewise {

// What a path led to. A value.
struct HttpRouteMatch {
  // Whether there is a route; if not, with which status to say so.
  enum class Kind : std::uint8_t {
    kFound,
    kNoSuchPath,    // 404
    kNoSuchMethod,  // 405: the path has routes, for the methods `allowed`
    kBadPath,       // 400: an escape that is none, or one of NUL
  };
  // Methods as bits, HttpMethod as their numbers.
  using Methods = std::uint16_t;

  // Says which members mean something.
  Kind kind = Kind::kNoSuchPath;
  std::size_t route = 0;  // kFound: what Add was given
  // kFound: what the parameters of the pattern stand for.
  HttpPathParameters parameters;
  // kNoSuchMethod: the methods that the path has routes for.
  Methods allowed = 0;
};

// "GET, HEAD, POST".
std::string MethodNames(HttpRouteMatch::Methods methods);

class HttpRouter {
 public:
  HttpRouter();
  HttpRouter(const HttpRouter&) = delete;
  HttpRouter& operator=(const HttpRouter&) = delete;
  ~HttpRouter();

  // kInvalidArgument, naming the pattern and what is wrong with it; kAlreadyExists if there is one
  // for the same method and paths. `route` is the caller's own number. A route for GET is one for
  // HEAD too, unless HEAD has its own.
  absl::Status Add(HttpMethod method, std::string_view pattern, std::size_t route);
  // Finds the best route. `path` without a query, percent-encoded as it came; the match points into
  // it.
  HttpRouteMatch Match(HttpMethod method, std::string_view path) const;

 private:
  struct Node;
  struct Leaf;
  struct Search;

  static const Leaf* LeafFor(const Node& node, HttpMethod method);
  static void Visit(const Node& node, std::string_view rest, std::size_t depth, Search& search);
  static void Arrive(const Node& node, Search& search);

  std::unique_ptr<Node> root_;
};

}  // namespace edgewise
