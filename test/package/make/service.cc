// An outside project built with make and pkg-config: frames, echoed.
#include <edgewise.h>

class Echo : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view frame) override { peer.Send(frame); }
};

int main() {
  edgewise::Server server({.listen = "127.0.0.1:0", .announce = true});
  server.Serve<edgewise::LengthPrefixed, Echo>();
  return server.Run();
}
