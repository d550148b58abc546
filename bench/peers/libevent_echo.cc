// peer-libevent-echo [PORT]: sends back each byte; see libevent_server.h.
#include "bench/peers/libevent_server.h"

namespace {

peers::Legal Echo(evbuffer* input, evbuffer* output) {
  evbuffer_add_buffer(output, input);
  return peers::Legal::kYes;
}

}  // namespace

int main(int argc, char** argv) { return peers::ServeByLibevent<Echo>(argc, argv); }
