// peer-libev-http [PORT]: GET /plaintext by the floor's trivial parser; see libev_server.h.
#include "bench/peers/libev_server.h"

namespace {

raw::Plaintext plaintext("libev");

using Service = peers::HttpService<decltype(plaintext), &plaintext, raw::kReceiveBytes>;

}  // namespace

int main(int argc, char** argv) { return peers::ServeByLibev<Service>(argc, argv); }
