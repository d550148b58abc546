// Step 8: the same on Edgewise.
//
//   tutorial-8_edgewise [ADDRESS]      (127.0.0.1:9000; port 0 lets the system choose)
#include <edgewise.h>

#include <string>

class Backwards : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view request) override {
    peer.Send(std::string(request.rbegin(), request.rend()));
  }
};

int main(int argc, char** argv) {
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:9000", .announce = true});
  server.Serve<edgewise::LengthPrefixed, Backwards>();
  return server.Run();
}
