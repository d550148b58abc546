// An outside project built with make and pkg-config: frames, echoed.
#include <edgewise.h>

#include <cstdio>

class Echo : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view frame) override { peer.Send(frame); }
};

int main() {
  edgewise::Server server({.listen = "127.0.0.1:0"});
  server.Serve<edgewise::LengthPrefixed, Echo>();
  if (!server.Start().ok()) return 1;
  std::printf("listening on %s\n", server.addresses().front().ToString().c_str());
  std::fflush(stdout);
  return server.Run();
}
