// An outside project built with CMake: HTTP.
#include "service.h"

int main() {
  edgewise::Server server({.listen = "127.0.0.1:0", .announce = true});
  server.Serve<edgewise::Http1, Greeting>();
  return server.Run();
}
