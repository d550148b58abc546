// A small HTTP service: two routes, a header field of its own; 404 and 405 for the rest.
//
//   example-http_service [ADDRESS]      (127.0.0.1:8080; port 0 lets the system choose)
//   curl http://127.0.0.1:8080/hello/you
//   curl --data 'shout this' http://127.0.0.1:8080/upper
#include <edgewise.h>

#include <algorithm>
#include <array>
#include <string>

namespace {

using edgewise::HttpMethod;
using edgewise::HttpPathParameters;
using edgewise::HttpRequest;
using edgewise::HttpResponder;

// Header texts that are literals are checked by the compiler; others go through HttpHeader::From.
constexpr std::array kNoStore{edgewise::HttpHeader("Cache-Control", "no-store")};

// One is made for each connection; each route is a member function.
class Site final : public edgewise::RoutedHttpHandler<Site> {
 public:
  using RoutedHttpHandler::RoutedHttpHandler;

  void Hello(const HttpRequest&, const HttpPathParameters& path, HttpResponder& response) {
    response.Send({.content_type = "text/plain", .headers = kNoStore},
                  "Hello, " + path.Get("name") + "\n");
  }

  void Upper(const HttpRequest& request, const HttpPathParameters&, HttpResponder& response) {
    // The body is a view into the receive buffer and ends with this call: copy what must change.
    std::string text(request.body());
    std::ranges::transform(text, text.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    response.Send({.content_type = "text/plain"}, text);
  }
};

}  // namespace

int main(int argc, char** argv) {
  edgewise::HttpRoutes<Site> routes;  // outlives the server
  routes.On(HttpMethod::kGet, "/hello/{name}", &Site::Hello)
      .On(HttpMethod::kPost, "/upper", &Site::Upper, {.body_bytes_max = 64 << 10});
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:8080", .announce = true});
  server.Serve<edgewise::Http1, Site>(&routes);
  return server.Run();
}
