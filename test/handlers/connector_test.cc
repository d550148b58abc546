// Connector: which address wins, what is said when none does, and that no descriptor is left.
#include "handlers/connector.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <vector>

#include "test/handlers/connector_scene.h"
#include "test/handlers/socket_folder.h"
#include "test/reactor/death.h"

namespace edgewise::handlers_test {
namespace {

using Scene = ConnectorScene;
using std::chrono::milliseconds;
using std::chrono::seconds;

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
  SECTION("no option") { scene.kernel.Fail(Call::kSetOption, expected = Error::kNoBuffers); }
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

TEST_CASE("a server that has finished already when the connection comes about is connected to") {
  Scene scene;
  const SocketAddress server = scene.Listen();
  scene.Connect({server});
  const AcceptResult accepted = scene.AcceptOne();
  const std::string_view farewell = "goodbye";
  CHECK(scene.kernel.Send(accepted.handle, ConstBuffer(farewell)).bytes() == farewell.size());
  CHECK(scene.kernel.Shutdown(accepted.handle, ShutdownSide::kWrite) == Error::kNone);
  scene.Await();
  REQUIRE(scene.connected.size() == 1);
  std::array<char, 100> room;
  CHECK(scene.kernel.Receive(scene.connected.front(), room).bytes() == farewell.size());
  static_cast<void>(scene.kernel.Close(accepted.handle));
}

TEST_CASE("without a timeout a silent server is waited for, and the others are tried meanwhile") {
  Scene scene;
  scene.kernel.StopClock();
  const SocketAddress silent = scene.Listen();
  scene.kernel.Fail(Call::kConnect, Error::kInProgress, {.first = 1, .count = 2});
  scene.Connect({silent, silent}, {.timeout = kForever});
  scene.Pass(std::chrono::hours(24));
  CHECK(scene.errors.empty());
  CHECK(scene.connector->busy());
  CHECK(scene.connector->counters().attempts == 2);
  CHECK(scene.connector->counters().ToString() ==
        "connect_attempts 2\nconnected 0\nconnect_failures 0\nconnect_timeouts 0\n"
        "connect_dropped 0\nconnect_retries 0\n");
}

TEST_CASE("a connector that is told to connect twice, or to nothing, says so and ends") {
  CHECK(DeathMessage([] {
          Scene scene;
          const SocketAddress server = scene.Listen();
          scene.Connect({server});
          scene.connector->Connect({server});
        }).find("one connection at a time") != std::string::npos);
  CHECK(DeathMessage([] { Scene().Connect({}); }).find("no address to connect to") !=
        std::string::npos);
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
