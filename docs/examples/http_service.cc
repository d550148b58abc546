// A small HTTP service: two routes, a header field of its own, and an error for the rest.
//
//   example-http_service [ADDRESS]      (127.0.0.1:8080; port 0 lets the system choose)
//   curl http://127.0.0.1:8080/hello
//   curl --data 'shout this' http://127.0.0.1:8080/upper
#include <edgewise.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "reactor/kernel/text.h"

namespace {

using edgewise::HttpMethod;
using edgewise::HttpStatus;

// Header texts that are literals are checked by the compiler; others go through HttpHeader::From.
constexpr std::array kNoStore{edgewise::HttpHeader("Cache-Control", "no-store")};

class Site final : public edgewise::HttpHandler {
 public:
  void OnRequest(const edgewise::HttpRequest& request, edgewise::HttpResponder& response) override {
    // HEAD is answered like GET; the responder leaves the body out.
    const bool get = request.method() == HttpMethod::kGet || request.method() == HttpMethod::kHead;
    if (get && request.path() == "/hello") {
      response.Send({.content_type = "text/plain", .headers = kNoStore}, "Hello\n");
    } else if (request.method() == HttpMethod::kPost && request.path() == "/upper") {
      // The body is a view into the receive buffer and ends with this call: copy what must change.
      std::string text(request.body());
      std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
      response.Send({.content_type = "text/plain"}, text);
    } else {
      response.Send({.status = HttpStatus::kNotFound, .content_type = "text/plain"},
                    "try /hello or /upper\n");
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  edgewise::Server server;
  server.ServeOn<edgewise::Http1, Site>(argc > 1 ? argv[1] : "127.0.0.1:8080",
                                        edgewise::Http1({.body_bytes_max = 64 << 10}));
  const absl::Status status = server.Start();
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(edgewise::StdView(status.message())).c_str());
    return 1;
  }
  std::printf("listening on %s\n", server.addresses().front().ToString().c_str());
  std::fflush(stdout);
  return server.Run();
}
