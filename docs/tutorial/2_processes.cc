// Step 2: one process for each client.
//
//   tutorial-2_processes [ADDRESS [zombies]]      (127.0.0.1:9000; port 0 lets the system choose)
//
// With `zombies`, processes that have ended are not reaped.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

// [die]
// Ends the process, with what could not be done and why.
[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}
// [/die]

// [address]
sockaddr_in ParseAddress(const std::string& text) {
  const std::string host = text.substr(0, text.find(':'));
  const std::string rest = text.substr(std::min(host.size() + 1, text.size()));
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (error != std::errc() || end != rest.data() + rest.size() ||
      inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    std::fprintf(stderr, "'%s' is not an address such as 127.0.0.1:9000\n", text.c_str());
    std::exit(2);
  }
  return address;
}
// [/address]

// [master]
// The master socket: connection initiation requests arrive at it, and never data.
int OpenMaster(int argc, char** argv) {
  sockaddr_in address = ParseAddress(argc > 1 ? argv[1] : "127.0.0.1:9000");
  const int master = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (master < 0) Die("socket");
  const int on = 1;  // the port may be bound again while old connections to it are dying
  setsockopt(master, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(master, generic, size) != 0) Die("bind");
  if (listen(master, SOMAXCONN) != 0) Die("listen");
  if (getsockname(master, generic, &size) != 0) Die("getsockname");
  std::printf("listening on %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
  std::fflush(stdout);
  return master;
}
// [/master]

// [accept]
// A handle for the client that is next in the master socket's queue, or -1.
int Accept(int master) {
  const int client = accept4(master, nullptr, nullptr, SOCK_CLOEXEC);
  if (client >= 0) return client;
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) Die("accept4");
  return -1;  // the error of one client, who is gone
}
// [/accept]

// [serve]
bool SendAll(int client, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Answers what the client sends, until it ends the connection.
void Serve(int client) {
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = recv(client, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;  // 0: the client has finished; less: the connection broke
    std::reverse(buffer.begin(), buffer.begin() + got);
    if (!SendAll(client, {buffer.data(), static_cast<std::size_t>(got)})) return;
  }
}
// [/serve]

}  // namespace

// [main]
int main(int argc, char** argv) {
  const bool reap = argc <= 2 || std::string_view(argv[2]) != "zombies";
  if (reap) std::signal(SIGCHLD, SIG_IGN);  // the kernel reaps children that have ended
  const int master = OpenMaster(argc, argv);
  for (;;) {
    const int client = Accept(master);
    if (client < 0) continue;
    const pid_t child = fork();
    if (child == 0) {
      close(master);
      Serve(client);
      _exit(0);  // closes the handle, too
    }
    if (child < 0) std::perror("fork");  // this client is turned away
    close(client);                       // our number for it; the child has its own
  }
}
// [/main]
