// An outside project that has Edgewise as a Meson subproject: lines, echoed.
#include <edgewise.h>

class Echo : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view line) override { peer.Send(line); }
};

int main() {
  edgewise::Server server({.listen = "127.0.0.1:0", .announce = true});
  server.Serve<edgewise::Lines, Echo>();
  return server.Run();
}
