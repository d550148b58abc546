// The key-value store as a program:   how-to-kv [ADDRESS]
#include "docs/how-to/kv.h"

#include <chrono>
#include <iostream>

int main(int argc, char** argv) {
  Store store;  // outlives the server
  edgewise::Server server({.connection = {.idle_timeout = std::chrono::seconds(2)}});
  server.ServeOn<edgewise::LengthPrefixed, KvHandler>(
      argc > 1 ? argv[1] : "127.0.0.1:9010",
      edgewise::LengthPrefixed({.frame_bytes_max = 64 << 10}), &store);
  if (const absl::Status status = server.Start(); !status.ok()) {
    std::cerr << status.message() << '\n';
    return 1;
  }
  std::cout << "listening on " << server.addresses().front().ToString() << std::endl;
  return server.Run();  // until SIGINT or SIGTERM
}
