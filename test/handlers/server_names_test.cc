// Names of connections, and what is posted to them.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "handlers/edgewise.h"
#include "test/handlers/peer.h"
#include "test/handlers/running_server.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

constexpr int kThreads = 2;

// What all connections of a server were called, and in which thread.
class Register {
 public:
  void Add(const ConnectionRef& ref) {
    const std::lock_guard lock(mutex_);
    born_.emplace(ref, std::this_thread::get_id());
  }
  std::map<ConnectionRef, std::thread::id> born() const {
    const std::lock_guard lock(mutex_);
    return born_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<ConnectionRef, std::thread::id> born_;
};

class Registered : public FrameHandler {
 public:
  explicit Registered(Register* all) : all_(*all) {}
  void OnOpen(Connection& peer) override { all_.Add(peer.ref()); }
  void OnFrame(Connection& peer, std::string_view frame) override { peer.Send(frame); }

 private:
  Register& all_;
};

}  // namespace

TEST_CASE("no two connections of a server have the same name, whatever their worker") {
  Register all;
  Server server({.threads = kThreads, .signals = SignalPolicy::kNone});
  server.Serve<LengthPrefixed, Registered>(&all);
  RunningServer running(server);
  // One after the other: each gets the number that the one before has left.
  constexpr std::size_t kConnections = 100;
  for (std::size_t i = 0; i < kConnections; ++i) {
    Peer peer(server.addresses().front());
    REQUIRE(peer.Echoes(Frame("hello")));
  }
  const auto born = all.born();
  CHECK(born.size() == kConnections);
  std::map<std::uint32_t, std::thread::id> workers;
  for (const auto& [ref, thread] : born) {
    CHECK(ref.worker < kThreads);
    CHECK(workers.try_emplace(ref.worker, thread).first->second == thread);
  }
  CHECK(workers.size() == kThreads);
}

TEST_CASE("the parts of a name all count, in order, equality and hash") {
  const std::vector<ConnectionRef> names = {
      {}, {.handle = 5}, {.generation = 5}, {.worker = 5}, {.handle = 5, .generation = 5}};
  CHECK(absl::flat_hash_set<ConnectionRef>(names.begin(), names.end()).size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = 0; j < names.size(); ++j) CHECK((names[i] == names[j]) == (i == j));
  }
}

TEST_CASE("what is posted to a connection runs in its thread, once, and not when it is gone") {
  Register all;
  Server server({.threads = kThreads, .signals = SignalPolicy::kNone});
  server.Serve<LengthPrefixed, Registered>(&all);
  RunningServer running(server);
  std::atomic<int> ran = 0;
  const auto post_to_all = [&] {
    for (const auto& [ref, thread] : all.born()) {
      const auto posted = server.Post(ref, [&ran, ref, thread](Connection& connection) {
        if (connection.ref() != ref || std::this_thread::get_id() != thread) return;
        connection.Send("from afar");
        ++ran;
      });
      CHECK(posted == PostResult::kPosted);
    }
  };
  {
    std::vector<std::unique_ptr<Peer>> peers;
    for (int i = 0; i < 20; ++i) {
      peers.push_back(std::make_unique<Peer>(server.addresses().front()));
      REQUIRE(peers.back()->Echoes(Frame("hello")));
      peers.back()->Forget();
    }
    post_to_all();
    for (const auto& peer : peers) {
      while (peer->Pull() != Frame("from afar") && !peer->over()) peer->AwaitInput();
      CHECK(peer->Pull() == Frame("from afar"));
    }
    CHECK(ran == 20);
  }
  while (server.Counters().connection.closed != 20) std::this_thread::yield();
  // Their numbers have other users now.
  std::vector<std::unique_ptr<Peer>> later;
  const auto gone = all.born();
  for (int i = 0; i < 20; ++i) {
    later.push_back(std::make_unique<Peer>(server.addresses().front()));
    REQUIRE(later.back()->Echoes(Frame("hello")));
    later.back()->Forget();
  }
  for (const auto& [ref, thread] : gone) {
    CHECK(server.Post(ref, [&ran](Connection&) { ++ran; }) == PostResult::kPosted);
  }
  CHECK(running.Stop() == 0);
  CHECK(ran == 20);
}

}  // namespace edgewise::handlers_test
