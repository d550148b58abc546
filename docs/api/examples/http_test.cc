// The examples in the comments of the headers: HTTP.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "docs/api/examples/fresh_folder.h"
#include "docs/api/examples/one_client.h"
#include "handlers/http/http1.h"
#include "handlers/http/http_body_source.h"
#include "handlers/http/http_files.h"
#include "handlers/http/http_handler.h"
#include "handlers/http/http_reply_ref.h"
#include "handlers/http/http_responder.h"
#include "handlers/http/http_responses.h"
#include "handlers/http/http_router.h"
#include "handlers/http/http_stream_handler.h"
#include "handlers/http/routed_http_handler.h"
#include "handlers/http/server_sent_event.h"

namespace edgewise {
namespace {

template <typename Handler>
std::string AnswerOf(const std::string& request) {
  return AnswerTo(request, [](Server& server) { server.Serve<edgewise::Http1, Handler>(); });
}

std::string BodyOf(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

class Hello : public edgewise::HttpHandler {
  void OnRequest(const edgewise::HttpRequest&, edgewise::HttpResponder& response) override {
    response.Send({.content_type = "text/plain"}, "Hello, World!");
  }
};

// What a real socket is answered up to the server's end.
std::string FromMachine(Server& server, const std::string& request) {
  sockaddr_in address{.sin_family = AF_INET,
                      .sin_port = htons(server.addresses().front().port()),
                      .sin_addr = {htonl(INADDR_LOOPBACK)}};
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string answer;
  if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
      ::send(client, request.data(), request.size(), 0) != -1 && ::shutdown(client, SHUT_WR) == 0) {
    char bytes[1000];
    for (ssize_t got; (got = ::recv(client, bytes, sizeof(bytes), 0)) > 0;) {
      answer.append(bytes, static_cast<std::size_t>(got));
    }
  }
  ::close(client);
  return answer;
}

// A "pool" of the caller's own thread.
struct Pool {
  template <typename Work>
  void Run(Work work) {
    work();
  }
};

std::string SlowQuery() { return "slowly"; }

std::string heard;

}  // namespace

TEST_CASE("a service over HTTP") {
  CHECK(AnswerTo(kRequest, [](Server& server) {
          server.Serve<edgewise::Http1, Hello>();
        }).ends_with("\r\n\r\nHello, World!"));
}

TEST_CASE("a body that comes from a source") {
  class Countdown : public edgewise::HttpBodySource {
    Outcome Produce(edgewise::HttpResponder& response, std::size_t) override {
      response.Write(std::to_string(left_) + "\n");
      return --left_ == 0 ? Outcome::kEnd : Outcome::kMore;
    }
    int left_ = 1000;
  };
  class Rocket : public edgewise::HttpHandler {
    void OnRequest(const edgewise::HttpRequest&, edgewise::HttpResponder& response) override {
      response.SendFrom({.content_type = "text/plain"}, std::make_unique<Countdown>());
    }
  };
  const std::string answer = AnswerOf<Rocket>(kRequest);
  CHECK(answer.find("1000\n") != std::string::npos);
  CHECK(answer.ends_with("2\n\r\n2\r\n1\n\r\n0\r\n\r\n"));
}

TEST_CASE("a body that is taken as it comes") {
  class Upload : public edgewise::HttpStreamHandler {
    void OnHead(const edgewise::HttpRequest&, edgewise::HttpResponder&) override { bytes_ = 0; }
    void OnBody(std::string_view piece, edgewise::HttpResponder&) override {
      bytes_ += piece.size();
    }
    void OnComplete(edgewise::HttpResponder& response) override {
      response.Send({.content_type = "text/plain"}, std::to_string(bytes_) + " bytes\n");
    }
    std::size_t bytes_ = 0;
  };
  const std::string post = "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello";
  CHECK(BodyOf(AnswerOf<Upload>(post)) == "5 bytes\n");
}

TEST_CASE("an answer that is made elsewhere") {
  class Query : public edgewise::HttpHandler {
   public:
    explicit Query(Server* server) : server_(server) {}
    void OnRequest(const HttpRequest&, HttpResponder& response) override {
      Server& server = *server_;
      Pool pool;
      const HttpReplyRef ref = response.Later();
      pool.Run([ref, &server] {
        std::string text = SlowQuery();
        const auto posted = server.Post(ref.connection(), [ref, text](Connection& peer) {
          if (HttpResponder* waiting = ref.Find(peer.context().table)) waiting->Send({}, text);
        });
        CHECK(posted == PostResult::kPosted);
      });
    }
    Server* server_;
  };
  CHECK(BodyOf(AnswerTo(kRequest, [](Server& server) { server.Serve<Http1, Query>(&server); })) ==
        "slowly");
}

class Api : public edgewise::RoutedHttpHandler<Api> {
 public:
  using RoutedHttpHandler::RoutedHttpHandler;
  void User(const HttpRequest&, const HttpPathParameters& path, HttpResponder& response) {
    response.Send({.content_type = "text/plain"}, path.Get("id"));
  }
};

TEST_CASE("routes") {
  HttpRoutes<Api> routes;
  routes.On(HttpMethod::kGet, "/users/{id}", &Api::User);
  CHECK(BodyOf(AnswerTo("GET /users/ada HTTP/1.1\r\nHost: here\r\n\r\n",
                        [&](Server& server) { server.Serve<Http1, Api>(&routes); })) == "ada");
}

TEST_CASE("a router by itself") {
  class Routed : public edgewise::HttpHandler {
    void OnRequest(const HttpRequest& request, HttpResponder& response) override {
      HttpRouter router;
      absl::Status added = router.Add(HttpMethod::kGet, "/users/{id}", 0);
      const HttpRouteMatch match = router.Match(request.method(), request.path());
      response.Send({}, match.kind == HttpRouteMatch::Kind::kFound ? "found" : "none");
    }
  };
  CHECK(BodyOf(AnswerOf<Routed>("GET /users/7 HTTP/1.1\r\nHost: here\r\n\r\n")) == "found");
  CHECK(BodyOf(AnswerOf<Routed>(kRequest)) == "none");
}

TEST_CASE("events that a page listens to") {
  class Prices : public edgewise::HttpHandler {
    void OnRequest(const HttpRequest&, HttpResponder& response) override {
      edgewise::BeginEvents(response);
      response.Write(edgewise::ServerSentEvent{.type = "price", .data = "12.5"}.Text());
      response.End();
    }
  };
  CHECK(AnswerOf<Prices>(kRequest).find("event: price\ndata: 12.5\n\n") != std::string::npos);
}

TEST_CASE("the files of a folder") {
  const FreshFolder folder;
  std::filesystem::create_directory("www");
  std::ofstream("www/a.txt") << "the file";
  auto files = edgewise::HttpFiles::Open("www");
  REQUIRE(files.ok());
  static const decltype(files)* opened = nullptr;
  opened = &files;
  class Static : public edgewise::RoutedHttpHandler<Static> {
   public:
    using RoutedHttpHandler::RoutedHttpHandler;
    void All(const HttpRequest& request, const HttpPathParameters&, HttpResponder& response) {
      const auto& files = *opened;
      (*files)->Answer(request, request.path(), response);
    }
    void Part(const HttpRequest& request, const HttpPathParameters& path, HttpResponder& response) {
      const auto& files = *opened;
      (*files)->Answer(request, *path.Encoded("path"), response);
    }
  };
  HttpRoutes<Static> routes;
  routes.On(HttpMethod::kGet, "/static/{path...}", &Static::Part);
  routes.On(HttpMethod::kGet, "/{all...}", &Static::All);
  // They are the machine's, so the server has to be a real one.
  Server server({.listen = "127.0.0.1:0", .signals = SignalPolicy::kNone});
  server.Serve<Http1, Static>(&routes);
  REQUIRE(server.Start().ok());
  std::thread running([&] { server.Run(); });
  for (const std::string path : {"/a.txt", "/static/a.txt"}) {
    CHECK(BodyOf(FromMachine(server, "GET " + path + " HTTP/1.1\r\nHost: here\r\n\r\n")) ==
          "the file");
  }
  server.Stop();
  running.join();
}

TEST_CASE("a client of HTTP") {
  class MyHandler : public edgewise::BasicFrameHandler<HttpResponsePart> {
    void OnOpen(Connection& peer) override { peer.Send(kRequest); }
    void OnFrame(Connection& peer, const HttpResponsePart& part) override {
      heard = part.body;
      peer.reactor()->Stop();
    }
  };
  const auto serve = [](Server& server) { server.Serve<edgewise::Http1, Hello>(); };
  Converse(serve, [](sim::SimulatedKernel& kernel, const SocketAddress& address) {
    const std::vector<SocketAddress> addresses = {address};
    NobodyThere sink;
    Reactor reactor(kernel);
    Client client(reactor);
    client.Connect<edgewise::HttpResponses, MyHandler>(addresses, sink, {});
    reactor.Run();
  });
  CHECK(heard == "Hello, World!");
}

}  // namespace edgewise
