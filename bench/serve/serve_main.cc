// edgewise-serve: the protocols of Edgewise as a program to try and to measure.
#include <cstdio>
#include <memory>
#include <string>

#include "bench/serve/serve_flags.h"
#include "bench/serve/serve_kernel.h"
#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

// Sends each frame back. For raw bytes, lines and length-prefixed frames alike.
class Echo final : public FrameHandler {
 public:
  void OnFrame(Connection& peer, std::string_view frame) override { peer.Send(frame); }
};

class Site final : public HttpHandler {
 public:
  // `files` may be null.
  explicit Site(const HttpFiles* files) : files_(files) {}

  void OnRequest(const HttpRequest& request, HttpResponder& response) override {
    const std::string_view path = request.path();
    const bool get = request.method() == HttpMethod::kGet || request.method() == HttpMethod::kHead;
    if (path == "/plaintext" && get) {
      response.Send({.content_type = "text/plain"}, "Hello, World!");
    } else if (files_ != nullptr && path != "/plaintext" && path != "/echo") {
      files_->Answer(request, path, response);
    } else if (path == "/" && get) {
      response.Send({.content_type = "text/html; charset=utf-8"}, kPage);
    } else if (path == "/echo" && request.method() == HttpMethod::kPost) {
      response.Send({.content_type = "application/octet-stream"}, request.body());
    } else if (path == "/plaintext" || path == "/" || path == "/echo") {
      response.SendError(HttpStatus::kMethodNotAllowed, "this path does not have that method");
    } else {
      response.SendError(HttpStatus::kNotFound, "there is nothing here; try / or /plaintext");
    }
  }

 private:
  static constexpr std::string_view kPage =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Edgewise</title>"
      "<h1>Edgewise</h1><p>An edge-triggered reactor is serving this page. Try "
      "<a href=\"/plaintext\">/plaintext</a>, or POST something to /echo.</p></html>\n";

  const HttpFiles* files_;
};

void Serve(Server& server, const ServeListen& listen, const ServeCommand& command,
           const HttpFiles* files) {
  const std::size_t frame_bytes_max = command.frame_bytes_max;
  switch (listen.protocol) {
    case ServeProtocol::kHttp:
      server.ServeOn<Http1, Site>(listen.address,
                                  Http1({.body_bytes_max = command.http_body_bytes_max}), files);
      return;
    case ServeProtocol::kFrame:
      server.ServeOn<LengthPrefixed, Echo>(listen.address,
                                           LengthPrefixed({.frame_bytes_max = frame_bytes_max}));
      return;
    case ServeProtocol::kEcho:
      server.ServeOn<Raw, Echo>(listen.address, Raw());
      return;
    case ServeProtocol::kLine:
      server.ServeOn<Lines, Echo>(listen.address, Lines({.line_bytes_max = frame_bytes_max}));
      return;
  }
}

int Fail(std::string_view why) {
  std::fprintf(stderr, "edgewise-serve: %.*s\n", static_cast<int>(why.size()), why.data());
  return 1;
}

int Main(int argc, char** argv) {
  absl::StatusOr<ServeCommand> command = ParseServeCommand(argc, argv);
  if (absl::IsCancelled(command.status())) {
    std::fputs(std::string(ServeHelp()).c_str(), stdout);
    return 0;
  }
  if (!command.ok()) return Fail(StdView(command.status().message()));
  if (!command->print_recording.empty()) {
    const absl::Status printed = ServeKernel::Print(*command);
    return printed.ok() ? 0 : Fail(StdView(printed.message()));
  }
  const absl::StatusOr<std::unique_ptr<ServeKernel>> kernel = ServeKernel::For(*command);
  if (!kernel.ok()) return Fail(StdView(kernel.status().message()));
  std::unique_ptr<HttpFiles> files;
  if (!command->root.empty()) {
    absl::StatusOr<std::unique_ptr<HttpFiles>> opened =
        HttpFiles::Open(command->root, {}, (*kernel)->kernel());
    if (!opened.ok()) return Fail("--root: " + std::string(StdView(opened.status().message())));
    files = *std::move(opened);
  }
  ServerOptions options = command->server;
  options.kernel = &(*kernel)->kernel();
  std::unique_ptr<AccessLog> log;
  if (!command->access_log.empty()) {
    absl::StatusOr<std::unique_ptr<AccessLog>> opened =
        AccessLog::Open(command->access_log, command->access_log_format);
    if (!opened.ok())
      return Fail("--access_log: " + std::string(StdView(opened.status().message())));
    log = *std::move(opened);
    options.access_log = log.get();
  }
  Server server(std::move(options));
  for (const ServeListen& listen : command->listens) {
    Serve(server, listen, *command, files.get());
  }
  const absl::Status status = server.Start();
  if (!status.ok()) return Fail(StdView(status.message()));
  for (std::size_t i = 0; i < command->listens.size(); ++i) {
    const SocketAddress& address = server.addresses()[i];
    const std::string where =
        address.family() == AddressFamily::kUnix ? std::string(address.path()) : address.ToString();
    std::printf("listening on %s://%s\n", command->listens[i].scheme.c_str(), where.c_str());
  }
  std::fflush(stdout);
  return server.Run();
}

}  // namespace
}  // namespace edgewise

int main(int argc, char** argv) { return edgewise::Main(argc, argv); }
