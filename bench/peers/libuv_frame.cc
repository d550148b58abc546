// peer-libuv-frame [PORT]: echoes frames with a 4-byte big-endian length prefix; see
// libuv_server.h.
#include "bench/peers/libuv_server.h"

int main(int argc, char** argv) {
  return peers::ServeByLibuv<peers::FrameService<raw::kReceiveBytes>>(argc, argv);
}
