// The smallest service: echoes frames that a 4-byte big-endian length precedes.
#include <edgewise.h>

class Echo : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view frame) override { peer.Send(frame); }
};

int main() {
  edgewise::Server server({.listen = "127.0.0.1:9000"});
  server.Serve<edgewise::LengthPrefixed, Echo>();
  return server.Run();  // until SIGINT or SIGTERM; then drains
}
