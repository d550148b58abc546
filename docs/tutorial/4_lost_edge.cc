// Step 4: edge-triggered epoll, and broken on purpose: it stops reading before it has seen the end.
//
//   tutorial-4_lost_edge [ADDRESS]      (127.0.0.1:9000; port 0 lets the system choose)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>

namespace {

constexpr std::size_t kClientsMax = 1000;  // who comes when there are so many is turned away

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
  const int master = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
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
  const int client = accept4(master, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (client >= 0) return client;
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) Die("accept4");
  return -1;  // the queue is empty, or the error of one client, who is gone
}
// [/accept]

// [server]
// What we know about a client, beside its handle.
struct Client {
  std::string out;        // answers that the socket has not taken yet
  bool finished = false;  // it will send no more
};

struct Server {
  int master = -1;
  int epoll = -1;
  std::unordered_map<int, Client> clients;  // the active client handles
};
// [/server]

// [watch]
void Control(const Server& server, int operation, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(server.epoll, operation, fd, &event) != 0) Die("epoll_ctl");
}
// [/watch]

// [welcome]
// Accepts, and puts the client into the table and into epoll.
void Welcome(Server& server) {
  const int fd = Accept(server.master);
  if (fd < 0) return;
  if (server.clients.size() == kClientsMax) {
    close(fd);
    return;
  }
  server.clients[fd] = {};
  Control(server, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLET);  // once, for good
}
// [/welcome]

// [flush]
// Sends what the socket takes now. False: the connection broke.
bool Flush(int fd, Client& client) {
  while (!client.out.empty()) {
    const ssize_t sent = send(fd, client.out.data(), client.out.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    client.out.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}
// [/flush]

// [turn]
// One turn: receives at most a buffer, answers. False: the connection is over.
bool TakeTurn(int fd, Client& client) {
  std::array<char, 4096> buffer;
  const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
  if (got < 0 && errno != EAGAIN) return false;
  if (got == 0) client.finished = true;  // and receiving again says so again
  if (got > 0) {
    std::reverse(buffer.begin(), buffer.begin() + got);
    client.out.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return Flush(fd, client) && !(client.finished && client.out.empty());
}
// [/turn]

}  // namespace

// [main]
int main(int argc, char** argv) {
  Server server;
  server.master = OpenMaster(argc, argv);
  server.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (server.epoll < 0) Die("epoll_create1");
  Control(server, EPOLL_CTL_ADD, server.master, EPOLLIN | EPOLLET);
  for (;;) {
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(server.epoll, events.data(), events.size(), -1);
    if (count < 0 && errno != EINTR) Die("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == server.master) {
        Welcome(server);
        continue;
      }
      if (!TakeTurn(fd, server.clients.at(fd))) {
        server.clients.erase(fd);
        close(fd);  // nobody else has it open, so epoll forgets it as well
      }
    }
  }
}
// [/main]
