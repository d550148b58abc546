// peer-libevent-frame [PORT]: echoes frames with a 4-byte big-endian length prefix; see
// libevent_server.h. The frame stays in the chain of buffers it came in: evbuffer_pullup would copy
// a large one into one piece, which an echo has no use for.
#include "bench/floor/framing.h"
#include "bench/peers/libevent_server.h"

namespace {

peers::Legal EchoFrames(evbuffer* input, evbuffer* output) {
  char prefix[raw::kPrefix];
  while (evbuffer_copyout(input, prefix, sizeof prefix) == sizeof prefix) {
    const std::size_t size = raw::LoadLength(prefix);
    if (size > raw::kFrameBytesMax) return peers::Legal::kNo;
    if (evbuffer_get_length(input) < raw::kPrefix + size) break;
    evbuffer_drain(input, sizeof prefix);
    evbuffer_add(output, prefix, sizeof prefix);
    evbuffer_remove_buffer(input, output, size);
  }
  return peers::Legal::kYes;
}

}  // namespace

int main(int argc, char** argv) { return peers::ServeByLibevent<EchoFrames>(argc, argv); }
