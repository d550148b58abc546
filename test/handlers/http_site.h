// A stage on which an HTTP service answers with what it was sent.
#pragma once

#include <string>
#include <string_view>

#include "handlers/http/http_handler.h"
#include "handlers/service.h"
#include "test/handlers/http_script.h"

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

struct Site : HttpStageBase {
  explicit Site(const StageOptions& options = {}) : HttpStageBase(options) {
    ServeMade(MakerOf<Http1, Mirror>({}));
  }

  const ConnectionCounters& connections() {
    last_ = counters();
    return last_.connection;
  }

 private:
  WorkerCounters last_;
};

// The head of a POST with one more field.
inline std::string Post(std::string_view field) {
  return "POST /p HTTP/1.1\r\nHost: x\r\nName: me\r\n" + std::string(field) + "\r\n\r\n";
}

}  // namespace edgewise::handlers_test
