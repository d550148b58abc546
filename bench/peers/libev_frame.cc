// peer-libev-frame [PORT]: echoes frames with a 4-byte big-endian length prefix; see
// libev_server.h.
#include "bench/peers/libev_server.h"

int main(int argc, char** argv) {
  return peers::ServeByLibev<peers::FrameService<raw::kReceiveBytes>>(argc, argv);
}
