// Server-sent events: a clock that any number of browsers watch.
//
//   example-events [ADDRESS]    (127.0.0.1:8081; port 0 lets the system choose)
//   curl -N http://127.0.0.1:8081/events       or open http://127.0.0.1:8081/ in a browser
//
// An answer that is not over is named by an HttpReplyRef, which resolves to nothing once the client
// is gone: so the clock keeps a list of names and needs to be told of nobody's end. One thread;
// with several, keep a clock for each worker.
#include <edgewise.h>

#include <chrono>
#include <string>
#include <vector>

namespace {

constexpr std::string_view kPage =
    "<!doctype html><meta charset=\"utf-8\"><title>ticks</title><p id=\"tick\">waiting</p>"
    "<script>new EventSource('/events').addEventListener('tick',"
    " e => document.getElementById('tick').textContent = e.data)</script>\n";

class Clock final : private edgewise::Timer {
 public:
  explicit Clock(edgewise::Duration period) : period_(period) {}

  // In the thread of the worker.
  void Add(edgewise::HttpResponder& response) {
    table_ = &response.peer().context().table;
    reactor_ = response.peer().reactor();
    edgewise::BeginEvents(response);
    watchers_.push_back(response.Later());
    if (!armed()) reactor_->timers().Arm(*this, reactor_->now());
  }

 private:
  void HandleTimeout(edgewise::Time now) override {
    const std::string tick = std::to_string(++ticks_);
    const std::string text = edgewise::ServerSentEvent{.type = "tick", .data = tick}.Text();
    std::erase_if(watchers_, [&](const edgewise::HttpReplyRef& watcher) {
      edgewise::HttpResponder* const response = watcher.Find(*table_);
      if (response == nullptr) return true;
      // Who does not read misses ticks, and costs no more memory than this.
      if (response->peer().pending_output() < kBehindMax) response->Write(text);
      return false;
    });
    if (!watchers_.empty()) reactor_->timers().Arm(*this, now + period_);
  }

  static constexpr std::size_t kBehindMax = 4096;
  const edgewise::Duration period_;
  edgewise::ConnectionTable* table_ = nullptr;
  edgewise::Reactor* reactor_ = nullptr;
  std::vector<edgewise::HttpReplyRef> watchers_;
  int ticks_ = 0;
};

class Site final : public edgewise::HttpHandler {
 public:
  explicit Site(Clock* clock) : clock_(*clock) {}

  void OnRequest(const edgewise::HttpRequest& request, edgewise::HttpResponder& response) override {
    const bool get = request.method() == edgewise::HttpMethod::kGet;
    if (request.path() == "/events" && get) return clock_.Add(response);
    if (request.path() == "/" && get) {
      response.Send({.content_type = "text/html; charset=utf-8"}, kPage);
    } else {
      response.SendError(edgewise::HttpStatus::kNotFound, "try GET / or /events");
    }
  }
  // The server stops: the clock would tick for ever.
  void OnStop(edgewise::HttpResponder& response) override { response.End(); }

 private:
  Clock& clock_;
};

}  // namespace

int main(int argc, char** argv) {
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:8081", .announce = true});
  // The clock stops before the reactor that its timer belongs to is gone.
  Clock clock(std::chrono::milliseconds(100));
  server.Serve<edgewise::Http1, Site>(&clock);
  return server.Run();
}
