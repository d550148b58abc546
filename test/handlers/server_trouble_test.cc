// What a server does when its mailboxes are full, signals come twice, or it is refused something.
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "handlers/edgewise.h"
#include "handlers/listener.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/text.h"
#include "test/handlers/echo.h"
#include "test/handlers/peer.h"
#include "test/handlers/running_server.h"
#include "test/handlers/socket_folder.h"
#include "test/handlers/stage.h"
#include "test/kernel/raw.h"

namespace edgewise::handlers_test {
namespace {

namespace raw = kernel_test::raw;

// Does what the frame names, in the server's thread.
class Obedient : public FrameHandler {
 public:
  explicit Obedient(Server* server) : server_(*server) {}
  void OnFrame(Connection&, std::string_view order) override {
    if (order == "stop") server_.Stop();
    if (order == "two signals") {
      raw::RaiseHere(LinuxKernel::Instance(), SIGINT);
      raw::RaiseHere(LinuxKernel::Instance(), SIGTERM);
    }
    if (order == "report twice") {
      // One is the thread's, the other the process's: they do not merge.
      raw::RaiseHere(LinuxKernel::Instance(), SIGUSR1);
      ::kill(::getpid(), SIGUSR1);
    }
  }

 private:
  Server& server_;
};

std::size_t LinesWith(const FaultyKernel& kernel, std::string_view part) {
  std::size_t count = 0;
  for (const std::string& line : kernel.log()) count += line.find(part) != std::string::npos;
  return count;
}

}  // namespace

TEST_CASE("Run starts a server that was not started, on what it was given") {
  LinuxKernel& kernel = LinuxKernel::Instance();
  const Handle listener = OpenListener(kernel, SocketAddress::Ipv4({127, 0, 0, 1}, 0)).value();
  Peer peer(kernel.LocalAddress(listener).address);
  peer.Send(Frame("stop"));
  Server server({.signals = SignalPolicy::kNone});
  server.ServeAdopted<LengthPrefixed, Obedient>(listener, LengthPrefixed(), &server);
  CHECK(server.threads() == 0);
  CHECK(server.Run() == 0);
  CHECK(server.threads() == 1);
  CHECK(server.Counters().connection.frames == 1);
}

TEST_CASE("a server that may not watch for signals says so and serves") {
  FaultyKernel kernel(LinuxKernel::Instance());
  kernel.Fail(Call::kOpenSignals, Error::kProcessLimit);
  {
    Server server({.kernel = &kernel});
    server.Serve<LengthPrefixed, Echo>();
    RunningServer running(server);
    CHECK(LinesWith(kernel, "no signals: " + ErrorText(Error::kProcessLimit)) == 1);
    Peer peer(server.addresses().front());
    CHECK(peer.Echoes(Frame("hello")));
  }
  CHECK(kernel.calls(Call::kBlockSignals) == kernel.calls(Call::kRestoreSignals));
  CHECK(kernel.open_handles() == 0);
}

TEST_CASE("a second signal to stop ends the process at once, with the code of its number") {
  CHECK(raw::RunInChild([] {
          FaultyKernel kernel(LinuxKernel::Instance());
          Server server({.drain_timeout = std::chrono::hours(1), .kernel = &kernel});
          server.Serve<LengthPrefixed, Obedient>(&server);
          if (!server.Start().ok()) return 1;
          Peer peer(server.addresses().front());
          peer.Send(Frame("two signals"));
          return server.Run() + 2;
        }) == 128 + SIGTERM);
}

TEST_CASE("a report that is asked for while one is on its way is not begun twice") {
  FaultyKernel kernel(LinuxKernel::Instance());
  Server server({.kernel = &kernel});
  server.Serve<LengthPrefixed, Obedient>(&server);
  REQUIRE(server.Start().ok());
  Peer peer(server.addresses().front());
  peer.Send(Frame("report twice"));
  std::thread client([&] {
    while (LinesWith(kernel, "end of counters") == 0) std::this_thread::yield();
    peer.Send(Frame("stop"));
  });
  CHECK(server.Run() == 0);
  client.join();
  CHECK(LinesWith(kernel, "counters of 1 reactors, 1 connections open") == 1);
}

TEST_CASE("a server whose mailboxes take nothing can be stopped, and counted, all the same") {
  Server server({.threads = 2, .signals = SignalPolicy::kNone, .reactor = {.mailbox_max = 0}});
  server.Serve<LengthPrefixed, Echo>();
  RunningServer running(server);
  Peer peer(server.addresses().front());
  REQUIRE(peer.Echoes(Frame("hello")));
  CHECK(server.Post(1, [](Worker&) {}) == PostResult::kFull);
  // There is no way to ask for them while it runs.
  CHECK(server.Counters().connection.frames == 0);
  CHECK(running.Stop() == 0);
  CHECK(server.Counters().connection.frames == 1);
}

TEST_CASE("the first of several mistakes is the one that is told") {
  Server server({.signals = SignalPolicy::kNone});
  server.ServeOn<LengthPrefixed, Echo>("first", LengthPrefixed());
  server.ServeOn<LengthPrefixed, Echo>("second", LengthPrefixed());
  server.ServeAdopted<LengthPrefixed, Echo>(kNoHandle, LengthPrefixed());
  const absl::Status status = server.Start();
  CHECK(StdView(status.message()).find("\"first\"") != std::string_view::npos);
}

TEST_CASE("connections_max of a server is the most that are open at once") {
  Server server({.connections_max = 1, .signals = SignalPolicy::kNone});
  server.Serve<LengthPrefixed, Echo>();
  RunningServer running(server);
  {
    Peer first(server.addresses().front());
    REQUIRE(first.Echoes(Frame("hello")));
    Peer second(server.addresses().front());
    second.Send(Frame("hello"));
    while (server.Counters().accept.pauses + server.Counters().accept.refused == 0) {
    }
    CHECK(second.Pull().empty());
  }
  Peer third(server.addresses().front());
  CHECK(third.Echoes(Frame("hello")));
}

TEST_CASE("an abstract name is served, and leaves nothing that would have to be removed") {
  FaultyKernel kernel(LinuxKernel::Instance());
  {
    const std::string name = "unix:@edgewise-test-" + std::to_string(::getpid());
    Server server({.listen = name, .signals = SignalPolicy::kNone, .kernel = &kernel});
    server.Serve<LengthPrefixed, Echo>();
    RunningServer running(server);
    Peer peer(server.addresses().front());
    CHECK(peer.Echoes(Frame("hello")));
  }
  CHECK(kernel.calls(Call::kRemovePath) == 0);
}

}  // namespace edgewise::handlers_test
