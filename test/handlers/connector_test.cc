// Connector: which address wins, what is said when none does, and that no descriptor is left.
#include "handlers/connector.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <string>
#include <vector>

#include "handlers/listener.h"
#include "reactor/kernel/linux_kernel.h"
#include "test/handlers/socket_folder.h"
#include "test/support/faulty_kernel.h"

namespace edgewise::handlers_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Call = FakeCall;

// A reactor with a connector, played round by round. At the end no descriptor is left.
class Scene final : private Connector::Sink {
 public:
  Scene() : reactor_(std::make_unique<Reactor>(kernel)) {}
  ~Scene() override {
    connector.reset();
    for (const Handle handle : connected) static_cast<void>(kernel.Close(handle));
    for (const Handle handle : listeners_) static_cast<void>(kernel.Close(handle));
    reactor_->DrainRetired();
    reactor_.reset();
    CHECK(kernel.open_handles() == 0);
    CHECK(kernel.strange_closes() == 0);
  }

  // Where something listens.
  SocketAddress Listen(const SocketAddress& address = SocketAddress::Ipv4({127, 0, 0, 1}, 0)) {
    const absl::StatusOr<Handle> handle = OpenListener(kernel, address);
    REQUIRE(handle.ok());
    listeners_.push_back(*handle);
    return kernel.LocalAddress(*handle).address;
  }
  // Where nothing does.
  SocketAddress Nowhere() {
    SocketAddress address = Listen();
    static_cast<void>(kernel.Close(listeners_.back()));
    listeners_.pop_back();
    return address;
  }
  // The next attempt gets no answer: its socket was never told to connect, and so it shows what a
  // socket shows that is not connecting: a hang-up, which is no verdict.
  void NoAnswer(std::uint64_t first = 1) {
    kernel.Fail(Call::kConnect, Error::kInProgress, {.first = first});
  }

  void Connect(const std::vector<SocketAddress>& addresses, ConnectorOptions options = {}) {
    Connector::Sink& sink = *this;
    connector = std::make_unique<Connector>(*reactor_, sink, std::move(options));
    connector->Connect(addresses);
  }
  // Rounds until the sink was told.
  void Await() {
    for (int i = 0; i < 2000 && connected.empty() && errors.empty(); ++i) {
      reactor_->RunOnce(milliseconds(10));
    }
    REQUIRE(connected.size() + errors.size() == 1);
    reactor_->RunOnce(Duration::zero());  // what is retired is reclaimed
  }
  void Pass(Duration by) {
    kernel.Advance(by);
    for (int i = 0; i < 3; ++i) reactor_->RunOnce(Duration::zero());
  }

  FaultyKernel kernel{LinuxKernel::Instance()};
  std::unique_ptr<Connector> connector;
  std::vector<Handle> connected;
  std::vector<SocketAddress> peers;
  std::vector<Error> errors;
  bool destroys = false;  // the connector, when it tells

 private:
  void Connected(Handle handle, const SocketAddress& peer) override {
    connected.push_back(handle);
    peers.push_back(peer);
    if (destroys) connector.reset();
  }
  void NotConnected(const SocketAddress& target, Error error) override {
    peers.push_back(target);
    errors.push_back(error);
    if (destroys) connector.reset();
  }

  std::unique_ptr<Reactor> reactor_;
  std::vector<Handle> listeners_;
};

}  // namespace

TEST_CASE("a connection comes about over IPv4, IPv6 and a path") {
  SocketFolder folder;
  const SocketAddress where =
      std::vector{SocketAddress::Ipv4({127, 0, 0, 1}, 0),
                  SocketAddress::Ipv6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0),
                  folder.Socket("s")}[GENERATE(0u, 1u, 2u)];
  Scene scene;
  scene.destroys = GENERATE(false, true);
  const SocketAddress server = scene.Listen(where);
  scene.Connect({server});
  scene.Await();
  REQUIRE(scene.connected.size() == 1);
  CHECK(scene.peers.front() == server);
  const std::string hello = "hello";
  CHECK(scene.kernel.Send(scene.connected.front(), ConstBuffer(hello)).bytes() == 5);
  if (!scene.destroys) CHECK_FALSE(scene.connector->busy());
}

TEST_CASE("a refused connection says so, with the address") {
  Scene scene;
  scene.destroys = GENERATE(false, true);
  const SocketAddress nowhere = scene.Nowhere();
  scene.Connect({nowhere});
  scene.Await();
  CHECK(scene.errors == std::vector{Error::kConnectionRefused});
  CHECK(scene.peers.front() == nowhere);
}

TEST_CASE("SO_ERROR decides, and is asked once") {
  Scene scene;
  const SocketAddress server = scene.Listen();
  scene.kernel.Fail(Call::kTakeSocketError, Error::kHostUnreachable);
  scene.Connect({server});
  scene.Await();
  CHECK(scene.errors == std::vector{Error::kHostUnreachable});
  CHECK(scene.kernel.calls(Call::kTakeSocketError) == 1);
}

TEST_CASE("what fails at once is told at once: no descriptor, no such local address") {
  Scene scene;
  const SocketAddress server = scene.Listen();
  ConnectorOptions options;
  Error expected = Error::kProcessLimit;
  SECTION("no descriptor") { scene.kernel.Fail(Call::kOpenSocket, expected); }
  SECTION("epoll refuses") { scene.kernel.Fail(Call::kEpollAdd, expected = Error::kNoMemory); }
  SECTION("no port left") {
    scene.kernel.Fail(Call::kConnect, expected = Error::kAddressNotAvailable);
  }
  SECTION("not an address of this machine") {
    options.source = SocketAddress::Ipv4({192, 0, 2, 1}, 0);
    expected = Error::kAddressNotAvailable;
  }
  scene.Connect({server}, options);
  scene.Await();
  CHECK(scene.errors == std::vector{expected});
  CHECK(scene.connector->counters().failures == 1);
}

TEST_CASE("a signal during connect does not stop it") {
  Scene scene;
  const SocketAddress server = scene.Listen();
  scene.kernel.Fail(Call::kConnect, Error::kInterrupted);
  scene.kernel.StopClock();
  scene.Connect({server}, {.timeout = seconds(1)});
  CHECK(scene.connector->busy());
  scene.Pass(seconds(2));  // the planned fault did not really connect
  CHECK(scene.errors == std::vector{Error::kTimedOut});
}

TEST_CASE("a hang-up without an error is no verdict; the time for a round is") {
  Scene scene;
  scene.kernel.StopClock();
  const SocketAddress server = scene.Listen();
  scene.NoAnswer();
  scene.Connect({server}, {.timeout = seconds(3)});
  scene.Pass(milliseconds(2999));
  CHECK(scene.errors.empty());
  CHECK(scene.connector->busy());
  scene.Pass(milliseconds(1));
  CHECK(scene.errors == std::vector{Error::kTimedOut});
  CHECK(scene.connector->counters().timeouts == 1);
  CHECK(scene.connector->counters().dropped == 1);
}

TEST_CASE("the next address is tried at once when one fails") {
  Scene scene;
  const SocketAddress nowhere = scene.Nowhere();
  const SocketAddress server = scene.Listen();
  scene.Connect({nowhere, server});
  scene.Await();
  CHECK(scene.peers == std::vector{server});
  CHECK(scene.connector->counters().attempts == 2);
  CHECK(scene.connector->counters().failures == 1);
}

TEST_CASE("the next address is tried as well when one does not answer; the first to connect wins") {
  Scene scene;
  scene.kernel.StopClock();
  const SocketAddress silent = scene.Listen();
  const SocketAddress server = scene.Listen();
  scene.NoAnswer();
  scene.Connect({silent, server});
  scene.Pass(milliseconds(249));
  CHECK(scene.connector->counters().attempts == 1);
  scene.Pass(milliseconds(1));
  scene.Await();
  CHECK(scene.peers == std::vector{server});
  CHECK(scene.connector->counters().dropped == 1);
}

TEST_CASE("rounds are repeated, with growing pauses that chance shortens by half at most") {
  Scene scene;
  scene.kernel.StopClock();
  const SocketAddress nowhere = scene.Nowhere();
  scene.kernel.Fail(Call::kConnect, Error::kConnectionRefused, FaultyKernel::kAlways);
  scene.Connect(
      {nowhere},
      {.retries_max = 3, .back_off_min = milliseconds(100), .back_off_max = milliseconds(300)});
  std::uint64_t rounds = 1;
  for (const int pause : {100, 200, 300}) {
    scene.Pass(milliseconds(pause / 2 - 1));
    CHECK(scene.connector->counters().attempts == rounds);
    scene.Pass(milliseconds(pause - pause / 2 + 1));
    CHECK(scene.connector->counters().attempts == ++rounds);
  }
  CHECK(scene.errors == std::vector{Error::kConnectionRefused});
  CHECK(scene.connector->counters().retries == 3);
  scene.Pass(seconds(10));
  CHECK(scene.errors.size() == 1);
}

TEST_CASE("a server that comes back is found") {
  Scene scene;
  scene.kernel.StopClock();
  const SocketAddress server = scene.Nowhere();
  scene.Connect({server}, {.retries_max = 1});
  for (int i = 0; i < 1000 && scene.connector->counters().retries == 0; ++i) scene.Pass({});
  REQUIRE(scene.connector->counters().retries == 1);
  scene.Listen(server);
  scene.Pass(milliseconds(100));
  scene.Await();
  CHECK(scene.peers == std::vector{server});
}

TEST_CASE("a connection with itself is refused") {
  Scene scene;
  const SocketAddress nowhere = scene.Nowhere();
  scene.Connect({nowhere}, {.source = nowhere});
  scene.Await();
  CHECK(scene.errors == std::vector{Error::kConnectionRefused});
}

TEST_CASE("who cancels or destroys it hears no more") {
  Scene scene;
  const bool destroys = GENERATE(false, true);
  const bool pauses = GENERATE(false, true);
  scene.kernel.StopClock();
  const SocketAddress server = scene.Listen();
  scene.kernel.Fail(Call::kConnect, pauses ? Error::kConnectionRefused : Error::kInProgress,
                    FaultyKernel::kAlways);
  scene.Connect({server, server}, {.retries_max = 10});
  scene.Pass(milliseconds(1));
  CHECK(scene.connector->busy());
  if (destroys) {
    scene.connector.reset();
  } else {
    scene.connector->Cancel();
    CHECK_FALSE(scene.connector->busy());
  }
  scene.Pass(seconds(60));
  CHECK(scene.errors.empty());
  CHECK(scene.connected.empty());
}

TEST_CASE("it can be used again, from within its sink's call too") {
  Scene scene;
  const SocketAddress server = scene.Listen();
  scene.Connect({server});
  scene.Await();
  static_cast<void>(scene.kernel.Close(scene.connected.front()));
  scene.connected.clear();
  scene.connector->Connect({server});
  scene.Await();
  CHECK(scene.connector->counters().connected == 2);
}

TEST_CASE("addresses are tried with their families in turn, beginning with the first one's") {
  const auto four = [](std::uint8_t last) { return SocketAddress::Ipv4({192, 0, 2, last}, 80); };
  const auto six = [](std::uint8_t last) { return SocketAddress::Ipv6({0x20, last}, 80); };
  CHECK(InterleaveFamilies({six(1), six(2), six(3), four(1), four(2)}) ==
        std::vector{six(1), four(1), six(2), four(2), six(3)});
  CHECK(InterleaveFamilies({four(1), six(1)}) == std::vector{four(1), six(1)});
  CHECK(InterleaveFamilies({four(2), four(1)}) == std::vector{four(2), four(1)});
}

}  // namespace edgewise::handlers_test
