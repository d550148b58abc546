// A stage on which an HTTP service does what its test says.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "handlers/connection_context.h"
#include "handlers/http/http_handler.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {

struct HttpScript {
  std::function<void(const HttpRequest&, HttpResponder&)> on_request;
  int requests = 0;
  int stops = 0;  // answers that were told of the server's stop
  int gone = 0;   // connections that ended
};

class ScriptedHttp final : public HttpHandler {
 public:
  explicit ScriptedHttp(HttpScript* script) : script_(*script) {}
  void OnRequest(const HttpRequest& request, HttpResponder& response) override {
    ++script_.requests;
    script_.on_request(request, response);
  }
  void OnStop(HttpResponder& response) override {
    ++script_.stops;
    if (response.begun()) response.End();
  }
  void OnGone(Connection&, const CloseReason&) override { ++script_.gone; }

 private:
  HttpScript& script_;
};

inline std::string Get(std::string_view path = "/") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

inline std::size_t CountOf(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

// What HTTP tests ask of a stage, whatever it serves.
struct HttpStageBase : Stage {
  using Stage::Stage;

  // All that is answered to `requests`, until the server ends the connection.
  std::string Ask(const std::string& requests) {
    Peer peer(address());
    peer.Send(requests);
    peer.Finish();
    REQUIRE(UntilOver(peer));
    Settle();
    return std::string(peer.Pull());
  }
  // Until `text` ends what the peer has received.
  bool Ends(Peer& peer, std::string_view text) {
    return Until([&] { return peer.Pump().ends_with(text); });
  }
  // Bytes in the buffers of all connections. REQUIRES: there is one.
  std::size_t Buffered() { return newest()->context().workspace.gauge().bytes(); }
  // Connections that ended for this cause.
  std::uint64_t closes(CloseCause cause) {
    return counters().connection.closes[static_cast<std::size_t>(cause)];
  }
};

struct HttpStage : HttpStageBase {
  explicit HttpStage(const StageOptions& options = {}) : HttpStageBase(options) {
    ServeMade(MakerOf<Http1, ScriptedHttp>(Http1(), &http));
  }
  ~HttpStage() { End(); }

  HttpScript http;
};

}  // namespace edgewise::handlers_test
