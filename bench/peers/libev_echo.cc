// peer-libev-echo [PORT]: sends back each byte; see libev_server.h.
#include "bench/peers/libev_server.h"

int main(int argc, char** argv) { return peers::ServeByLibev<peers::EchoService>(argc, argv); }
