// An outside project that has Edgewise as a Meson subproject: lines, echoed.
#include <edgewise.h>

#include <cstdio>

class Echo : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view line) override { peer.Send(line); }
};

int main() {
  edgewise::Server server({.listen = "127.0.0.1:0"});
  server.Serve<edgewise::Lines, Echo>();
  if (!server.Start().ok()) return 1;
  std::printf("listening on %s\n", server.addresses().front().ToString().c_str());
  std::fflush(stdout);
  return server.Run();
}
