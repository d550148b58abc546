// burning_server NANOSECONDS: answers "ok" to every request of HTTP, and burns that much processor
// time for each: a server that is known to be slower, for comparisons that have to find it.
#include <edgewise.h>

#include <cstdio>
#include <cstdlib>

#include "reactor/kernel/linux_kernel.h"

namespace {

edgewise::Duration burned{};

class Burning : public edgewise::HttpHandler {
  void OnRequest(const edgewise::HttpRequest&, edgewise::HttpResponder& response) override {
    edgewise::Kernel& kernel = edgewise::LinuxKernel::Instance();
    const edgewise::Time end = kernel.MonotonicNow() + burned;
    while (kernel.MonotonicNow() < end) {
    }
    response.Send({.content_type = "text/plain"}, "ok");
  }
};

}  // namespace

int main(int argc, char** argv) {
  burned = edgewise::Duration(argc > 1 ? std::atoi(argv[1]) : 0);
  edgewise::Server server({.listen = "127.0.0.1:0"});
  server.Serve<edgewise::Http1, Burning>();
  if (!server.Start().ok()) return 1;
  std::printf("listening on %s\n", server.addresses().front().ToString().c_str());
  std::fflush(stdout);
  return server.Run();
}
