// peer-libuv-http [PORT]: GET /plaintext by the floor's trivial parser; see libuv_server.h.
#include "bench/peers/libuv_server.h"

namespace {

raw::Plaintext plaintext("libuv");

using Service = peers::HttpService<decltype(plaintext), &plaintext, raw::kReceiveBytes>;

}  // namespace

int main(int argc, char** argv) { return peers::ServeByLibuv<Service>(argc, argv); }
