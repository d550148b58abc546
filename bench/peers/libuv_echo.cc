// peer-libuv-echo [PORT]: sends back each byte; see libuv_server.h.
#include "bench/peers/libuv_server.h"

int main(int argc, char** argv) { return peers::ServeByLibuv<peers::EchoService>(argc, argv); }
