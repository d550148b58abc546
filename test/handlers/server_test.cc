// A server at work: threads, posts, and names for other threads.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "handlers/edgewise.h"
#include "reactor/kernel/linux_kernel.h"
#include "test/handlers/echo.h"
#include "test/handlers/peer.h"
#include "test/handlers/running_server.h"
#include "test/handlers/socket_folder.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {

TEST_CASE("clients in threads, two reactors: every answer, and counters that add up") {
  const bool is_path = GENERATE(false, true);
  SocketFolder folder;
  Server server({.listen = is_path ? folder.Socket("socket").ToString() : "127.0.0.1:0",
                 .threads = 2,
                 .signals = SignalPolicy::kNone});
  server.Serve<LengthPrefixed, Echo>();
  RunningServer running(server);
  constexpr int kClients = 4;
  constexpr int kConnections = 8;
  constexpr int kRequests = 25;
  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      for (int connection = 0; connection < kConnections; ++connection) {
        Peer peer(server.addresses().front());
        for (int request = 0; request < kRequests; ++request) {
          if (peer.Echoes(Frame(Pattern(static_cast<std::size_t>(client + request * 50))))) ++right;
        }
      }
    });
  }
  for (int look = 0; look < 5; ++look) CHECK(server.Counters().connection.lost_edges == 0);
  for (std::thread& client : clients) client.join();
  CHECK(right == kClients * kConnections * kRequests);
  const WorkerCounters counters = server.Counters();
  CHECK(counters.connection.frames == kClients * kConnections * kRequests);
  CHECK(counters.accept.accepted == kClients * kConnections);
  CHECK(running.Stop() == 0);
}

TEST_CASE("what is posted too late for a worker's last round runs at the end of Run") {
  Server server({.threads = 2, .signals = SignalPolicy::kNone, .reactor = {.tasks_max = 1}});
  server.Serve<LengthPrefixed, Echo>();
  RunningServer running(server);
  std::thread::id first_thread;
  std::thread::id late_thread;
  std::latch first_is_known(1);
  std::latch second_is_over(1);
  REQUIRE(server.Post(0, [&](Worker&) {
    first_thread = std::this_thread::get_id();
    first_is_known.count_down();
  }) == PostResult::kPosted);
  first_is_known.wait();
  REQUIRE(server.Post(1, [&](Worker& second) {
    // One task a round, and this is the last round.
    CHECK(server.Post(1, [&](Worker&) { late_thread = std::this_thread::get_id(); }) ==
          PostResult::kPosted);
    second.reactor().Stop();
    second_is_over.count_down();
  }) == PostResult::kPosted);
  second_is_over.wait();
  WorkerCounters counters;
  std::thread counting([&] { counters = server.Counters(); });
  CHECK(running.Stop() == 0);
  counting.join();
  CHECK(late_thread == first_thread);
  CHECK(counters.reactor.tasks_run >= 3);
}

TEST_CASE("counters can be asked for while Run ends") {
  for (int round = 0; round < 30; ++round) {
    // One task a round and several who ask: some of them come too late for the last round.
    Server server({.threads = 2, .signals = SignalPolicy::kNone, .reactor = {.tasks_max = 1}});
    server.Serve<LengthPrefixed, Echo>();
    RunningServer running(server);
    std::atomic<bool> over = false;
    std::atomic<std::uint64_t> most_tasks = 0;
    std::vector<std::thread> counting;
    for (int i = 0; i < 4; ++i) {
      counting.emplace_back([&] {
        while (!over) most_tasks = server.Counters().reactor.tasks_run;
      });
    }
    while (most_tasks < 100) std::this_thread::yield();
    CHECK(running.Stop() == 0);
    over = true;
    for (std::thread& thread : counting) thread.join();
    CHECK(server.Counters().reactor.tasks_run >= most_tasks);
  }
}

TEST_CASE("a post reaches the worker it was meant for, from any thread") {
  Server server({.threads = 2, .signals = SignalPolicy::kNone});
  server.Serve<LengthPrefixed, Echo>();
  RunningServer running(server);
  std::atomic<int> ran = 0;
  std::vector<std::thread> posters;
  for (int poster = 0; poster < 3; ++poster) {
    posters.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const auto index = static_cast<std::size_t>(i % 2);
        if (server.Post(index, [&ran](Worker&) { ++ran; }) != PostResult::kPosted) return;
      }
    });
  }
  for (std::thread& poster : posters) poster.join();
  std::latch behind_them(2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(server.Post(i, [&](Worker&) { behind_them.count_down(); }) == PostResult::kPosted);
  }
  behind_them.wait();
  CHECK(ran == 1500);
}

// (Only the thread sanitizer sees when it is broken: by a look at `running_` that nothing holds.)
TEST_CASE("counters may be asked for while the server begins to run") {
  for (int i = 0; i < 50; ++i) {
    Server server({.signals = SignalPolicy::kNone});
    server.Serve<LengthPrefixed, Echo>();
    RunningServer running(server);
    CHECK(server.Counters().connection.opened == 0);
  }
}

TEST_CASE("sending from another thread to a connection, and to one that is gone") {
  Server server({.signals = SignalPolicy::kNone});
  std::atomic<std::uint64_t> name = 0;
  class Registers : public FrameHandler {
   public:
    explicit Registers(std::atomic<std::uint64_t>* name) : name_(*name) {}
    void OnOpen(Connection& peer) override {
      name_ = (std::uint64_t{peer.ref().generation} << 32) |
              static_cast<std::uint32_t>(peer.ref().handle);
    }
    void OnFrame(Connection&, std::string_view) override {}

   private:
    std::atomic<std::uint64_t>& name_;
  };
  server.Serve<LengthPrefixed, Registers>(&name);
  RunningServer running(server);
  // Runs in the connection's thread; answers through the atomic, from 1 on.
  const auto send = [&server, &name](std::atomic<int>* answer) {
    const std::uint64_t packed = name;
    const ConnectionRef ref{static_cast<Handle>(packed & 0xffffffff),
                            static_cast<std::uint32_t>(packed >> 32)};
    return server.Post(0, [ref, answer](Worker& worker) {
      Connection* connection = worker.table().Find(ref);
      if (connection != nullptr) connection->Send("from afar");
      *answer = connection != nullptr ? 1 : 2;
      answer->notify_one();
    });
  };
  std::atomic<int> found = 0;
  {
    Peer peer(server.addresses().front());
    while (server.Counters().connection.opened == 0) {
    }
    REQUIRE(send(&found) == PostResult::kPosted);
    found.wait(0);
    CHECK(found == 1);
    while (peer.Pull() != Frame("from afar") && !peer.over()) peer.AwaitInput();
    CHECK(peer.Pull() == Frame("from afar"));
  }
  while (server.Counters().connection.closed == 0) {
  }
  std::atomic<int> gone = 0;
  REQUIRE(send(&gone) == PostResult::kPosted);
  gone.wait(0);
  CHECK(gone == 2);
}

}  // namespace edgewise::handlers_test
