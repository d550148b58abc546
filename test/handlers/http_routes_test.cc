// A service whose member functions are its routes, on connections.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "handlers/http/routed_http_handler.h"
#include "test/handlers/http_site.h"
#include "test/handlers/peer.h"
#include "test/reactor/death.h"

namespace edgewise::handlers_test {
namespace {

class Api : public RoutedHttpHandler<Api> {
 public:
  using RoutedHttpHandler::RoutedHttpHandler;
  void User(const HttpRequest&, const HttpPathParameters& path, HttpResponder& response) {
    response.Send({.content_type = "text/plain"}, "user " + path.Get("id"));
  }
  void Create(const HttpRequest& request, const HttpPathParameters&, HttpResponder& response) {
    response.Send({.content_type = "text/plain"}, "made " + std::string(request.body()));
  }
};

struct ApiSite : HttpStageBase {
  ApiSite() {
    routes.On(HttpMethod::kGet, "/users/{id}", &Api::User)
        .On(HttpMethod::kPost, "/small", &Api::Create, {.body_bytes_max = 8})
        .On(HttpMethod::kPost, "/large", &Api::Create);
    ServeMade(MakerOf<Http1, Api>(Http1(), &routes));
  }

  HttpRoutes<Api> routes;
};

std::string Request(std::string_view line, std::string_view rest = "\r\n") {
  return std::string(line) + " HTTP/1.1\r\nHost: x\r\n" + std::string(rest);
}

bool Has(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("a routed service answers with the function of the route, and says what it lacks") {
  ApiSite site;
  CHECK(site.Ask(Request("GET /users/a%20b?c=d")).ends_with("\r\n\r\nuser a b"));
  CHECK(site.Ask(Request("HEAD /users/7")).ends_with("Content-Length: 6\r\n\r\n"));
  CHECK(site.Ask(Request("GET /nothing")).starts_with("HTTP/1.1 404 "));
  CHECK(site.Ask(Request("GET /users/%00")).starts_with("HTTP/1.1 400 "));
  const std::string put = site.Ask(Request("PUT /users/7"));
  CHECK(put.starts_with("HTTP/1.1 405 "));
  CHECK(Has(put, "\r\nAllow: GET, HEAD\r\n"));
  const std::string options = site.Ask(Request("OPTIONS /small"));
  CHECK(options.starts_with("HTTP/1.1 204 "));
  CHECK(Has(options, "\r\nAllow: POST\r\n"));
}

TEST_CASE("a route that cannot be meant ends the process, with the reason") {
  const std::string said = DeathMessage([] {
    HttpRoutes<Api> routes;
    routes.On(HttpMethod::kGet, "/{id}", &Api::User).On(HttpMethod::kGet, "/{name}", &Api::User);
  });
  CHECK(Has(said, "the route \"/{name}\" is there already for that method"));
}

// Broken by `>=` instead of `>` in HttpGathering::over and HttpHandler::Answer, and by leaving out
// the look at Content-Length (then the 413 waits for the ninth byte).
TEST_CASE("a route has a limit of its own for bodies, at the limit, below and above") {
  ApiSite site;
  const std::string more = Request("GET /users/7");
  for (const std::string_view body : {"1234567", "12345678"}) {
    const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    const std::string chunk = std::to_string(body.size()) + "\r\n" + std::string(body);
    const std::string made = "made " + std::string(body);
    CHECK(site.Ask(Request("POST /small", length) + std::string(body)).ends_with(made));
    CHECK(site.Ask(Request("POST /small", "Transfer-Encoding: chunked\r\n\r\n") + chunk +
                   "\r\n0\r\n\r\n")
              .ends_with(made));
  }
  // Whole, announced, in chunks: nothing behind it is answered.
  for (const std::string& nine :
       {Request("POST /small", "Content-Length: 9\r\n\r\n123456789") + more,
        Request("POST /small", "Content-Length: 9\r\n\r\n"),
        Request("POST /small", "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n4\r\n6789\r\n") +
            "0\r\n\r\n" + more}) {
    CAPTURE(nine);
    const std::string answer = site.Ask(nine);
    CHECK(answer.starts_with("HTTP/1.1 413 "));
    CHECK_FALSE(Has(answer, "user 7"));
  }
  CHECK(site.Ask(Request("POST /large", "Content-Length: 9\r\n\r\n123456789"))
            .ends_with("made 123456789"));
  // No route, no limit of its own.
  CHECK(site.Ask(Request("POST /none", "Content-Length: 9\r\n\r\n123456789"))
            .starts_with("HTTP/1.1 404 "));
}

}  // namespace edgewise::handlers_test
