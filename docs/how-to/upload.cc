// Bodies of any size, taken as they come:   how-to-upload [ADDRESS]
//   POST /sum   answers with the number of bytes and their sum
#include <edgewise.h>

#include <cstdint>
#include <string>

namespace {

using edgewise::HttpMethod;
using edgewise::HttpRequest;
using edgewise::HttpResponder;

class Sum final : public edgewise::HttpStreamHandler {
  // The body is not here yet. Who is answered now gets no further; the rest is not waited for.
  void OnHead(const HttpRequest& head, HttpResponder& response) override {
    bytes_ = sum_ = 0;
    if (head.method() != HttpMethod::kPost || head.path() != "/sum") {
      response.SendError(edgewise::HttpStatus::kNotFound, "try POST /sum");
    }
  }
  void OnBody(std::string_view piece, HttpResponder&) override {
    bytes_ += piece.size();
    for (const char byte : piece) sum_ += static_cast<unsigned char>(byte);
  }
  void OnComplete(HttpResponder& response) override {
    response.Send({.content_type = "text/plain"},
                  std::to_string(bytes_) + " bytes, sum " + std::to_string(sum_) + "\n");
  }

  std::uint64_t bytes_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:8082", .announce = true});
  server.Serve<edgewise::Http1, Sum>(
      edgewise::Http1({.body_bytes_max = std::uint64_t{1} << 40}));  // 1 MiB unless told otherwise
  return server.Run();
}
