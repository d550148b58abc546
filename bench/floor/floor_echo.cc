// floor-echo [PORT]: sends back each byte. The raw limit for echo://; see floor.h.
#include "bench/floor/floor.h"

int main(int argc, char** argv) {
  raw::Serve(argc, argv, [](raw::Peer* peer, raw::Bytes input) {
    return raw::Send(peer, input.data, input.size);
  });
}
