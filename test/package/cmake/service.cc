// An outside project built with CMake: HTTP.
#include "service.h"

#include <cstdio>

int main() {
  edgewise::Server server({.listen = "127.0.0.1:0"});
  server.Serve<edgewise::Http1, Greeting>();
  if (!server.Start().ok()) return 1;
  std::printf("listening on %s\n", server.addresses().front().ToString().c_str());
  std::fflush(stdout);
  return server.Run();
}
