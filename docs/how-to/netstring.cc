// Answers each netstring backwards:   how-to-netstring [ADDRESS]
#include "netstring.h"

#include <edgewise.h>

#include <string>

namespace {

class Backwards final : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view frame) override {
    peer.Send(std::string(frame.rbegin(), frame.rend()));
  }
};

}  // namespace

int main(int argc, char** argv) {
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:9011", .announce = true});
  server.Serve<Netstring, Backwards>();
  return server.Run();
}
