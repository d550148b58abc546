// The key-value store as a program:   how-to-kv [ADDRESS]
#include "kv.h"

#include <chrono>

int main(int argc, char** argv) {
  Store store;  // outlives the server
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:9010",
                           .announce = true,
                           .connection = {.idle_timeout = std::chrono::seconds(2)}});
  server.Serve<edgewise::LengthPrefixed, KvHandler>(
      edgewise::LengthPrefixed({.frame_bytes_max = 64 << 10}), &store);
  return server.Run();  // until SIGINT or SIGTERM
}
