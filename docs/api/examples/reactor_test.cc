// The examples in the comments of the headers: the reactor, its timers, and recordings.
#include "reactor/reactor.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "docs/api/examples/fresh_folder.h"
#include "docs/api/examples/one_client.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/recorded/file_recording_sink.h"
#include "reactor/kernel/recorded/recording.h"
#include "reactor/kernel/recorded/recording_kernel.h"
#include "reactor/kernel/recorded/recording_reader.h"
#include "reactor/kernel/recorded/replaying_kernel.h"
#include "reactor/timer.h"
#include "reactor/timer_wheel.h"

namespace edgewise {

class Bell : public EventHandler {
  Progress HandleInput() override {
    char bytes[512];
    for (;;) {
      const IoResult got = reactor()->kernel().Receive(handle(), bytes);
      if (got.would_block()) return Progress::kDrained;
      if (!got.ok() || got.bytes() == 0) return Progress::kFailed;
    }
  }
};

TEST_CASE("a handler is rung until its peer is gone") {
  class LastBell : public Bell {
   public:
    void HandleClose(const CloseReason&) override { (*stop)(); }
    const std::function<void()>* stop = nullptr;
  };
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
  const Handle descriptor = ends[0];
  REQUIRE(::write(ends[1], "ring", 4) == 4);
  ::close(ends[1]);
  LastBell bell;
  Reactor reactor(LinuxKernel::Instance());
  int closes = 0;
  const std::function<void()> stop = [&] { ++closes, reactor.Stop(); };
  bell.stop = &stop;
  Error error = reactor.Register(bell, descriptor, Watch::kStream, kReadable);
  reactor.Run();
  CHECK(error == Error::kNone);
  CHECK(closes == 1);
  ::close(descriptor);
}

TEST_CASE("a timer in a wheel") {
  class IdleTimer : public Timer {
    void HandleTimeout(Time now) override { rang_at = now; }

   public:
    Time rang_at{};
  };
  sim::OdometerChooser chooser({}, 0);
  sim::Simulation simulation(chooser);
  simulation.AddClient("waiting", [&] {
    Kernel& kernel = simulation.clients();
    sim::SimulatedPeer nobody(simulation.clients());
    const Time now = kernel.MonotonicNow();
    IdleTimer idle;
    TimerWheel wheel(kernel.MonotonicNow());
    wheel.Arm(idle, now + std::chrono::seconds(60));
    nobody.Wait(wheel.NextWake() - now);
    wheel.Expire(kernel.MonotonicNow(), 64);
    CHECK(idle.rang_at >= now + std::chrono::seconds(60));
  });
  simulation.Run();
}

TEST_CASE("addresses") {
  auto address = SocketAddress::Parse("[::1]:8080");
  auto local = SocketAddress::Parse("unix:/run/service.sock");
  REQUIRE(address.ok());
  REQUIRE(local.ok());
  CHECK(address->port() == 8080);
  CHECK(local->family() == AddressFamily::kUnix);
}

TEST_CASE("a recording is made, read and replayed") {
  const FreshFolder folder;
  Time recorded{};
  {
    auto sink = FileRecordingSink::Open(LinuxKernel::Instance(), "incident.ewr");
    RecordingKernel kernel(LinuxKernel::Instance(), **sink);
    recorded = kernel.MonotonicNow();
  }
  std::ostringstream file;
  file << std::ifstream("incident.ewr", std::ios::binary).rdbuf();
  const std::string bytes = file.str();
  std::size_t printed = 0;
  const auto Print = [&printed](const RecordedCall&) { ++printed; };
  auto reader = RecordingReader::Open(bytes);
  RecordedCall call;
  while (reader->Read(call).value_or(false)) Print(call);
  CHECK(printed == 1);
  auto recording = Recording::Load(LinuxKernel::Instance(), "incident.ewr");
  ReplayingKernel kernel(*std::move(recording), LinuxKernel::Instance());
  CHECK(kernel.MonotonicNow() == recorded);
}

TEST_CASE("a server is recorded, and replayed") {
  const FreshFolder folder;
  {
    auto sink = FileRecordingSink::Open(LinuxKernel::Instance(), "incident.ewr");
    RecordingKernel kernel(LinuxKernel::Instance(), **sink, "what was run");
    Server server({.listen = "127.0.0.1:9000", .kernel = &kernel});
  }
  auto recording = Recording::Load(LinuxKernel::Instance(), "incident.ewr");
  ReplayingKernel kernel(*std::move(recording), LinuxKernel::Instance());
  Server server({.listen = "127.0.0.1:9000", .kernel = &kernel});  // as it was recorded
  CHECK(Recording::Load(LinuxKernel::Instance(), "incident.ewr")->note() == "what was run");
}

}  // namespace edgewise
