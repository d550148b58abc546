// peer-asio-frame [PORT]: echoes frames with a 4-byte big-endian length prefix; see asio_server.h.
#include "bench/peers/asio_server.h"

int main(int argc, char** argv) {
  return peers::ServeByAsio<peers::FrameService<peers::kSessionBytes>>(argc, argv);
}
