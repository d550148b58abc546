// Step 5: edge-triggered, fixed: who stops before the end is kept in a list.
//
//   tutorial-5_drained [ADDRESS [trace|no-budget]]   (127.0.0.1:9000; port 0: the system chooses)
//
// `trace` prints a line for each turn; `no-budget` does so, too, and lets a turn read for ever.
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
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

constexpr std::size_t kClientsMax = 1000;  // who comes when there are so many is turned away
constexpr std::size_t kTurnBytes = 16384;  // the budget: what a turn may read

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
// A handle for the client that is next in the master socket's queue, or -1 when the queue is empty.
int Accept(int master) {
  for (;;) {
    const int client = accept4(master, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client >= 0) return client;
    if (errno == EAGAIN) return -1;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) Die("accept4");
    // Else the error of one client, who is gone. Others may wait behind it.
  }
}
// [/accept]

// [server]
// What we know about a client, beside its handle.
struct Client {
  std::string out;        // answers that the socket has not taken yet
  bool finished = false;  // it will send no more
  bool linked = false;    // it stands in the ready list
};

struct Server {
  int master = -1;
  int epoll = -1;
  bool trace = false;
  std::size_t turn_bytes = kTurnBytes;
  std::unordered_map<int, Client> clients;  // the active client handles
  std::deque<int> ready;                    // who is to have a turn
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
  for (int fd = Accept(server.master); fd >= 0; fd = Accept(server.master)) {
    if (server.clients.size() == kClientsMax) {
      close(fd);
      continue;
    }
    server.clients[fd] = {};
    Control(server, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLET);  // once, for good
  }
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
enum class Progress { kDrained, kPreempted, kOver };

// Receives until the socket is empty (kDrained) or the budget is spent (kPreempted).
Progress Receive(int fd, Client& client, std::size_t budget) {
  std::array<char, 4096> buffer;
  for (std::size_t taken = 0; taken < budget;) {
    const std::size_t room = std::min(buffer.size(), budget - taken);
    const ssize_t got = recv(fd, buffer.data(), room, 0);
    if (got < 0) return errno == EAGAIN ? Progress::kDrained : Progress::kOver;
    if (got == 0) {
      client.finished = true;  // and receiving again says so again
      return Progress::kDrained;
    }
    std::reverse(buffer.begin(), buffer.begin() + got);
    client.out.append(buffer.data(), static_cast<std::size_t>(got));
    taken += static_cast<std::size_t>(got);
  }
  return Progress::kPreempted;
}

// One turn: receives, answers.
Progress TakeTurn(const Server& server, int fd, Client& client) {
  const std::size_t before = client.out.size();
  const Progress progress = Receive(fd, client, server.turn_bytes);
  const std::size_t taken = client.out.size() - before;
  if (server.trace && taken != 0) {
    std::printf("client %d: %zu bytes%s\n", fd, taken,
                progress == Progress::kPreempted ? ", and there may be more" : "");
    std::fflush(stdout);
  }
  if (progress == Progress::kOver || !Flush(fd, client)) return Progress::kOver;
  return client.finished && client.out.empty() ? Progress::kOver : progress;
}
// [/turn]

// [ready]
// From an edge on, and until its turn has seen the end of what is there, a client stands in the
// ready list, once.
void Link(Server& server, int fd) {
  Client& client = server.clients.at(fd);
  if (!client.linked) server.ready.push_back(fd);
  client.linked = true;
}

// A turn for each client that is ready now. Who was preempted goes behind all others.
void Dispatch(Server& server) {
  for (std::size_t turns = server.ready.size(); turns > 0; --turns) {
    const int fd = server.ready.front();
    server.ready.pop_front();
    Client& client = server.clients.at(fd);
    client.linked = false;
    switch (TakeTurn(server, fd, client)) {
      case Progress::kDrained:  // the next edge brings it back
        break;
      case Progress::kPreempted:  // no edge will
        Link(server, fd);
        break;
      case Progress::kOver:
        server.clients.erase(fd);
        close(fd);  // nobody else has it open, so epoll forgets it as well
        break;
    }
  }
}
// [/ready]

}  // namespace

// [main]
int main(int argc, char** argv) {
  Server server;
  const std::string_view word = argc > 2 ? argv[2] : "";
  server.trace = word == "trace" || word == "no-budget";
  if (word == "no-budget") server.turn_bytes = SIZE_MAX;
  server.master = OpenMaster(argc, argv);
  server.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (server.epoll < 0) Die("epoll_create1");
  Control(server, EPOLL_CTL_ADD, server.master, EPOLLIN | EPOLLET);
  for (;;) {
    std::array<epoll_event, 64> events;
    const int timeout = server.ready.empty() ? -1 : 0;
    const int count = epoll_wait(server.epoll, events.data(), events.size(), timeout);
    if (count < 0 && errno != EINTR) Die("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == server.master) {
        Welcome(server);
      } else {
        Link(server, fd);
      }
    }
    Dispatch(server);
  }
}
// [/main]
