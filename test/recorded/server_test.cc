// A server with clients on the real kernel, recorded; then the same server alone.
#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <thread>
#include <vector>

#include "handlers/edgewise.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/recorded/recording.h"
#include "reactor/kernel/recorded/recording_kernel.h"
#include "reactor/kernel/recorded/replaying_kernel.h"
#include "test/handlers/peer.h"
#include "test/handlers/running_server.h"
#include "test/handlers/stage.h"
#include "test/reactor/death.h"
#include "test/recorded/memory_sink.h"
#include "test/recorded/told.h"
#include "test/support/faulty_kernel.h"
#include "test/support/scratch_folder.h"

namespace edgewise::recorded_test {
namespace {

using handlers_test::Frame;
using handlers_test::Pattern;
using handlers_test::Peer;
using handlers_test::RunningServer;

ServerOptions Options(int threads, Kernel& kernel) {
  return {.threads = threads, .signals = SignalPolicy::kNone, .kernel = &kernel};
}

// Polite ones, one that is reset in the middle of a frame, one that reads nothing for a while.
void BeClients(const std::vector<SocketAddress>& addresses) {
  const SocketAddress& address = addresses.front();
  std::vector<std::thread> clients;
  std::atomic<int> right = 0;
  for (std::size_t client = 0; client < 4; ++client) {
    clients.emplace_back([&address, &right, client] {
      for (std::size_t connection = 0; connection < 3; ++connection) {
        Peer peer(address);
        for (std::size_t request = 0; request < 20; ++request) {
          if (peer.Echoes(Frame(Pattern(client + request * 300)))) ++right;
        }
        if (connection == 1) {
          peer.Send(Frame(Pattern(1000)).substr(0, 500));
          peer.Reset();
        }
        if (connection == 2) peer.Finish();
      }
    });
  }
  // A path has buffers of a fixed size, which are much smaller than what comes back: when eight
  // frames are under way and none is read, answers have to wait. (The server reads on until there
  // is a megabyte of them.)
  clients.emplace_back([&right, &path = addresses.back()] {
    Peer slow(path);
    std::string frames;
    for (int i = 0; i < 8; ++i) frames += Frame(Pattern(100'000));
    slow.Send(frames);
    while (!slow.Push() && !slow.over()) std::this_thread::yield();
    std::string more;
    for (int i = 0; i < 32; ++i) more += Frame(Pattern(100'000));
    slow.Send(more);
    frames += more;
    while (!slow.Push() && !slow.over()) {
      slow.AwaitInput();
      slow.Pull(1000);
    }
    while (slow.Pull().size() < frames.size() && !slow.over()) slow.AwaitInput();
    if (slow.Pull() == frames) ++right;
  });
  for (std::thread& client : clients) client.join();
  CHECK(right == 4 * 3 * 20 + 1);
  Peer last(address);
  CHECK(last.Echoes(Frame("count")));
  CHECK(last.Echoes(Frame("and")));
  last.Send(Frame("quit"));
  while (!last.over()) {
    last.AwaitInput();
    last.Pull();
  }
}

void Serve(Server& server, const std::string& path, Story& story) {
  server.Serve<LengthPrefixed, Told>(&server, &story);
  server.ServeOn<LengthPrefixed, Told>("unix:" + path, LengthPrefixed(), &server, &story);
}

std::size_t Count(const Story& story, std::string_view end) {
  return static_cast<std::size_t>(
      std::count_if(story.callbacks.begin(), story.callbacks.end(),
                    [end](const std::string& callback) { return callback.ends_with(end); }));
}

Story Record(int threads, const std::string& path, MemorySink& sink) {
  Story story;
  RecordingKernel kernel(LinuxKernel::Instance(), sink);
  Server server(Options(threads, kernel));
  Serve(server, path, story);
  RunningServer running(server);
  BeClients(server.addresses());
  CHECK(running.Join() == 0);
  CHECK(kernel.foreign_calls() == 0);
  return story;
}

// The host may log and start threads; whatever else it is asked for is counted.
Story Replay(int threads, const std::string& path, const std::string& bytes) {
  FaultyKernel host(LinuxKernel::Instance());
  ReplayingKernel kernel(*Recording::Parse(bytes, BrokenOff::kRefuse), host,
                         [](const Divergence& how) { FAIL(how.text); });
  Story story;
  {
    Server server(Options(threads, kernel));
    Serve(server, path, story);
    CHECK(server.Run() == 0);
  }
  CHECK(kernel.finished());
  CHECK(host.all_calls() == host.calls(FaultyKernel::Call::kLog));
  return story;
}

}  // namespace

TEST_CASE("a server with clients runs again alone: the same callbacks, the same counters") {
  const int threads = GENERATE(1, 3);
  INFO(threads << " threads");
  const ScratchFolder folder;
  const std::string path = folder / "socket";
  MemorySink sink;
  const Story recorded = Record(threads, path, sink);
  CHECK(recorded.callbacks.size() > 4 * 3 * 20);
  CHECK(Count(recorded, " drained") > 0);
  CHECK(Count(recorded, " close: reset ECONNRESET") == 4);
  CHECK(recorded.counters.size() == static_cast<std::size_t>(threads));
  for (int time = 0; time < 3; ++time) {
    const Story replayed = Replay(threads, path, sink.bytes());
    CHECK(replayed.callbacks == recorded.callbacks);
    CHECK(replayed.counters == recorded.counters);
  }
}

TEST_CASE("files that were served need not be there when it is run again") {
  MemorySink sink;
  class Site final : public HttpHandler {
   public:
    explicit Site(Server* server, const HttpFiles* files) : server_(*server), files_(*files) {}
    void OnRequest(const HttpRequest& request, HttpResponder& response) override {
      if (request.path() == "/quit") server_.Stop();
      files_.Answer(request, request.path(), response);
    }

   private:
    Server& server_;
    const HttpFiles& files_;
  };
  const auto serve = [](Kernel& kernel, const std::string& root, auto&& run) {
    const auto files = HttpFiles::Open(root, {}, kernel);
    REQUIRE(files.ok());
    Server server(Options(1, kernel));
    server.Serve<Http1, Site>(&server, static_cast<const HttpFiles*>(files->get()));
    run(server);
  };
  std::string root;
  {
    const ScratchFolder folder;
    root = folder.path();
    folder.Write("small", "a few words");
    folder.Write("large", Pattern(300'000));
    RecordingKernel kernel(LinuxKernel::Instance(), sink);
    serve(kernel, root, [](Server& server) {
      RunningServer running(server);
      Peer peer(server.addresses().front());
      peer.Send("GET /small HTTP/1.1\r\nHost: a\r\n\r\nGET /large HTTP/1.1\r\nHost: a\r\n\r\n");
      while (peer.Pull().size() < 300'000 && !peer.over()) peer.AwaitInput();
      CHECK(peer.Pull().find("a few words") != std::string_view::npos);
      peer.Send("GET /quit HTTP/1.1\r\nHost: a\r\n\r\n");
      CHECK(running.Join() == 0);
    });
  }
  ReplayingKernel kernel(*Recording::Parse(sink.bytes()), LinuxKernel::Instance(),
                         [](const Divergence& how) { FAIL(how.text); });
  serve(kernel, root, [](Server& server) { CHECK(server.Run() == 0); });
  CHECK(kernel.finished());
}

TEST_CASE("what a thread outside of the server brought about is missing, and the replay says so") {
  MemorySink sink;
  Story story;
  {
    FaultyKernel machine(LinuxKernel::Instance());
    RecordingKernel kernel(machine, sink);
    Server server(Options(1, kernel));
    server.Serve<LengthPrefixed, Told>(&server, &story);
    RunningServer running(server);
    while (machine.calls(FaultyKernel::Call::kEpollWait) == 0) {
    }
    CHECK(running.Stop() == 0);  // from this thread, while the server sleeps
    CHECK(kernel.foreign_calls() == 1);
  }
  const auto replay = [&sink] {
    ReplayingKernel kernel(*Recording::Parse(sink.bytes()), LinuxKernel::Instance());
    Story again;
    Server server(Options(1, kernel));
    server.Serve<LengthPrefixed, Told>(&server, &again);
    server.Run();
  };
  const std::string said = DeathMessage(replay);
  INFO(said);
  CHECK(said.find("calls of other threads, which are not replayed, had come before it") !=
        std::string::npos);
}

}  // namespace edgewise::recorded_test
