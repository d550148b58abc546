// peer-asio-echo [PORT]: sends back each byte; see asio_server.h.
#include "bench/peers/asio_server.h"

int main(int argc, char** argv) { return peers::ServeByAsio<peers::EchoService>(argc, argv); }
