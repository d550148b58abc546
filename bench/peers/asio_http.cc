// peer-asio-http [PORT]: GET /plaintext by the floor's trivial parser; see asio_server.h.
#include "bench/peers/asio_server.h"

namespace {

raw::Plaintext plaintext("asio");

using Service = peers::HttpService<decltype(plaintext), &plaintext, peers::kSessionBytes>;

}  // namespace

int main(int argc, char** argv) { return peers::ServeByAsio<Service>(argc, argv); }
