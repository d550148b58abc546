// A body of any size for a reader of any pace:   how-to-download [ADDRESS]
//   GET /numbers/LAST   the numbers from 1 to LAST, a line each
#include <edgewise.h>

#include <charconv>
#include <cstdint>
#include <memory>
#include <string>

namespace {

// Asked for the next piece when all before it has left: one piece is all that is ever in memory.
class Numbers final : public edgewise::HttpBodySource {
 public:
  explicit Numbers(std::uint64_t last) : last_(last) {}

  Outcome Produce(edgewise::HttpResponder& response, std::size_t bytes_max) override {
    std::string piece;
    for (; piece.size() < bytes_max && next_ <= last_; ++next_) {
      piece += std::to_string(next_) + '\n';
    }
    response.Write(piece);
    return next_ > last_ ? Outcome::kEnd : Outcome::kMore;
  }

 private:
  const std::uint64_t last_;
  std::uint64_t next_ = 1;
};

class Site final : public edgewise::HttpHandler {
  void OnRequest(const edgewise::HttpRequest& request, edgewise::HttpResponder& response) override {
    constexpr std::string_view kNumbers = "/numbers/";
    const std::string_view path = request.path();
    std::uint64_t last = 0;
    if (!path.starts_with(kNumbers) ||
        std::from_chars(path.begin() + kNumbers.size(), path.end(), last).ptr != path.end()) {
      response.SendError(edgewise::HttpStatus::kNotFound, "try GET /numbers/1000");
    } else {
      response.SendFrom({.content_type = "text/plain"}, std::make_unique<Numbers>(last));
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:8081", .announce = true});
  server.Serve<edgewise::Http1, Site>();
  return server.Run();
}
