// A stage on which an HTTP service answers with what it was sent.
#pragma once

#include <string>
#include <string_view>

#include "handlers/connection_context.h"
#include "handlers/http/http_handler.h"
#include "handlers/service.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {

// Answers with what it was sent: method, path, one header field and the body.
class Mirror : public HttpHandler {
 public:
  void OnRequest(const HttpRequest& request, HttpResponder& response) override {
    std::string text(request.method_text());
    text.append(" ").append(request.path());
    text.append(" ").append(request.Header("Name").value_or("nobody"));
    text.append(" ").append(request.body());
    response.Send({.content_type = "text/plain"}, text);
  }
};

struct Site : Stage {
  explicit Site(const StageOptions& options = {}) : Stage(options) {
    ServeMade(MakerOf<Http1, Mirror>({}));
  }

  const ConnectionCounters& connections() {
    last_ = counters();
    return last_.connection;
  }
  // Bytes in the buffers of all connections. REQUIRES: there is one.
  std::size_t Buffered() { return newest()->context().workspace.gauge().bytes(); }
  // Until `text` ends what the peer has received.
  bool Ends(Peer& peer, std::string_view text) {
    return Until([&] {
      const std::string_view got = peer.Pump();
      return got.size() >= text.size() && got.substr(got.size() - text.size()) == text;
    });
  }

 private:
  WorkerCounters last_;
};

// The head of a POST with one more field.
inline std::string Post(std::string_view field) {
  return "POST /p HTTP/1.1\r\nHost: x\r\nName: me\r\n" + std::string(field) + "\r\n\r\n";
}

}  // namespace edgewise::handlers_test
