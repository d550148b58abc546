// The end of a server: told by a call or a signal, it finishes what has begun.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <csignal>
#include <deque>
#include <stdexcept>
#include <string>
#include <thread>

#include "handlers/edgewise.h"
#include "reactor/kernel/linux_kernel.h"
#include "test/handlers/echo.h"
#include "test/handlers/peer.h"
#include "test/handlers/running_server.h"
#include "test/handlers/stage.h"
#include "test/kernel/raw.h"

namespace edgewise::handlers_test {
namespace {

namespace raw = kernel_test::raw;
using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace

TEST_CASE("a stop finishes what has begun: pipelined requests are answered, then the end comes") {
  Server server({.threads = 2, .signals = SignalPolicy::kNone});
  server.Serve<LengthPrefixed, Echo>();
  RunningServer running(server);
  Peer idle(server.addresses().front());
  Peer busy(server.addresses().front());
  REQUIRE(idle.Echoes(Frame("hello")));
  REQUIRE(busy.Echoes(Frame("hello")));
  busy.Forget();
  std::string frames;
  for (int i = 0; i < 1000; ++i) frames += Frame(Pattern(1000));
  busy.Send(frames);
  // The last frame is half there when the server is told to stop: it may still be finished.
  server.Stop();
  while (!busy.over()) {
    busy.AwaitInput();
    busy.Pump();
  }
  CHECK(busy.ended());
  // Whole answers only, and nothing but the beginning of what was asked.
  CHECK((frames.compare(0, busy.Pull().size(), busy.Pull()) == 0));
  CHECK(busy.Pull().size() % Frame(Pattern(1000)).size() == 0);
  idle.PullToEnd();
  CHECK(idle.ended());
  idle.Close();
  busy.Close();
  CHECK(running.Join() == 0);
}

TEST_CASE("whoever does not finish in time is cut off, and Run says so and returns") {
  FaultyKernel kernel(LinuxKernel::Instance());
  Server server(
      {.drain_timeout = milliseconds(60), .signals = SignalPolicy::kNone, .kernel = &kernel});
  server.Serve<LengthPrefixed, Echo>();
  RunningServer running(server);
  Peer stuck(server.addresses().front());
  REQUIRE(stuck.Echoes(Frame("hello")));
  stuck.Forget();
  stuck.Send(std::string_view(Frame("never finished")).substr(0, 6));
  while (server.Counters().connection.bytes_received < Frame("hello").size() + 6) {
  }
  CHECK(running.Stop() == 0);
  stuck.PullToEnd();
  CHECK(stuck.Pull().empty());
  const std::vector<std::string> said = {"edgewise: drain_timeout is over; connections cut off: 1"};
  CHECK(kernel.log() == said);
}

TEST_CASE("SIGTERM drains and Run answers 0, with the mask of signals as it was") {
  const int number = GENERATE(SIGTERM, SIGINT);
  class Suicidal : public FrameHandler {
   public:
    explicit Suicidal(int number) : number_(number) {}
    void OnFrame(Connection& peer, std::string_view frame) override {
      raw::RaiseHere(LinuxKernel::Instance(), number_);
      peer.Send(frame);
    }

   private:
    int number_;
  };
  FaultyKernel kernel(LinuxKernel::Instance());
  {
    Server server({.kernel = &kernel});
    server.Serve<LengthPrefixed, Suicidal>(number);
    REQUIRE(server.Start().ok());
    Peer peer(server.addresses().front());
    std::thread client([&peer] {
      // The next request is in flight when the signal comes.
      peer.Send(Frame("goodbye"));
      peer.PullToEnd();
      peer.Close();
    });
    CHECK(server.Run() == 0);
    client.join();
    CHECK(peer.Pull() == Frame("goodbye"));
  }
  CHECK(kernel.open_handles() == 0);
  CHECK(kernel.calls(Call::kRestoreSignals) == 1);
}

TEST_CASE("SIGUSR1 prints the counters of all reactors and stops nothing") {
  class Curious : public FrameHandler {
   public:
    void OnFrame(Connection& peer, std::string_view frame) override {
      if (frame == "count") raw::RaiseHere(LinuxKernel::Instance(), SIGUSR1);
      if (frame == "stop") raw::RaiseHere(LinuxKernel::Instance(), SIGTERM);
      peer.Send(frame);
    }
  };
  FaultyKernel kernel(LinuxKernel::Instance());
  Server server({.kernel = &kernel});
  server.Serve<LengthPrefixed, Curious>();
  REQUIRE(server.Start().ok());
  std::thread client([&] {
    Peer peer(server.addresses().front());
    peer.Echoes(Frame("count"));
    peer.Echoes(Frame("after"));
    peer.Echoes(Frame("stop"));
  });
  CHECK(server.Run() == 0);
  client.join();
  bool printed = false;
  for (const std::string& line : kernel.log()) {
    printed = printed || line.find("\nframes ") != std::string::npos;
  }
  CHECK(printed);
}

TEST_CASE("waiting peers that were not accepted yet are served before the master socket closes") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  std::deque<Peer> peers;
  for (int i = 0; i < 10; ++i) peers.emplace_back(stage.address()).Send(Frame("in time"));
  stage.worker().Drain(seconds(10));
  REQUIRE(stage.Until([&] {
    bool all = true;
    for (Peer& peer : peers) {
      all = peer.Pull() == Frame("in time") && peer.ended() && all;
      if (peer.ended()) peer.Close();
    }
    return all;
  }));
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  for (const CloseReason& reason : stage.script.closes) {
    CHECK(reason.cause == CloseCause::kShutdown);
  }
  Peer late(stage.address());
  late.Pull();
  CHECK(late.error() == Error::kConnectionRefused);
}

TEST_CASE("a connection that is held at the stop ends when its answer has come") {
  Stage stage({.family = GENERATE(AddressFamily::kIpv4, AddressFamily::kUnix)});
  stage.Serve<LengthPrefixed>();
  stage.script.on_frame = [](Connection& peer, std::string_view) { peer.HoldReading(); };
  Peer peer(stage.address());
  peer.Send(Frame("question") + Frame("another"));
  REQUIRE(stage.Until([&] { return stage.script.frame_count == 1; }));
  stage.worker().Drain(seconds(10));
  stage.Settle();
  CHECK(stage.open_connections() == 1);
  CHECK(stage.newest()->finishing());
  stage.script.on_frame = nullptr;
  stage.newest()->Send("answer");
  stage.newest()->ReleaseReading();
  // What had arrived before is answered, too.
  const std::string expected = Frame("answer") + Frame("another");
  REQUIRE(stage.Until([&] { return peer.Pull() == expected && peer.ended(); }));
  peer.Close();
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(stage.script.cause() == CloseCause::kShutdown);
}

TEST_CASE("each connection is told once that the server stops, and may end what would go on") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  stage.script.on_frame = [](Connection& peer, std::string_view) { peer.HoldReading(); };
  stage.script.on_finish = [](Connection& peer) {
    if (peer.holds() == 0) return;
    peer.Send("that was all");
    peer.ReleaseReading();
  };
  Peer idle(stage.address());
  Peer held(stage.address());
  held.Send(Frame("for ever"));
  REQUIRE(stage.Until([&] { return stage.script.frame_count == 1; }));
  stage.worker().Drain(seconds(10));
  for (Peer* peer : {&idle, &held}) {
    REQUIRE(stage.UntilEnded(*peer));
    peer->Close();
  }
  CHECK(held.Pull() == Frame("that was all"));
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  CHECK(stage.script.finishes == 2);
}

TEST_CASE("who throws when it is told of the stop ends alone") {
  Stage stage;
  stage.Serve<LengthPrefixed>();
  stage.script.on_finish = [&](Connection&) {
    if (stage.script.finishes == 1) throw std::runtime_error("trouble");
  };
  Peer first(stage.address());
  Peer second(stage.address());
  REQUIRE(stage.Until([&] { return stage.script.opens == 2; }));
  stage.worker().Drain(seconds(10));
  for (Peer* peer : {&first, &second}) {
    REQUIRE(stage.UntilOver(*peer));
    peer->Close();
  }
  REQUIRE(stage.Until([&] { return stage.open_connections() == 0; }));
  CHECK(stage.counters().connection.finish_failures == 1);
  CHECK(stage.counters().connection.closes[static_cast<std::size_t>(CloseCause::kException)] == 1);
  CHECK(stage.counters().connection.closes[static_cast<std::size_t>(CloseCause::kShutdown)] == 1);
}

}  // namespace edgewise::handlers_test
