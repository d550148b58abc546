// SimulatedPeer: what a client of a scenario answers where nothing is to be had, and what is told
// of a scenario that gives it no chance; and what can be asked of a process.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>

#include "reactor/kernel/simulated/plain_chooser.h"
#include "reactor/kernel/simulated/simulated_peer.h"
#include "reactor/kernel/simulated/simulation.h"
#include "test/simulated/found.h"

namespace edgewise::simulated_test {
namespace {

const SocketAddress kPath = SocketAddress::Unix("/socket");

Handle ListenOn(Kernel& kernel, const SocketAddress& address, int backlog) {
  const Handle listener = kernel.OpenSocket(address.family()).handle();
  REQUIRE(kernel.Bind(listener, address) == Error::kNone);
  REQUIRE(kernel.Listen(listener, backlog) == Error::kNone);
  return listener;
}

}  // namespace

TEST_CASE("a client without a descriptor, or with an address that is taken, is told of") {
  CHECK(Says(Found([](sim::Simulation& simulation) {
               sim::SimulatedKernel poor(simulation.world(), {.descriptors_max = 4});
               const sim::SimulatedPeer peer(poor, AddressFamily::kIpv4);
             }),
             "a client has no descriptor left: raise descriptors_max"));
  const auto bind = [](std::uint16_t port) {
    return [port](sim::Simulation& simulation) {
      const Handle listener =
          ListenOn(simulation.kernel(), SocketAddress::Ipv4({127, 0, 0, 1}, 8080), 1);
      {
        sim::SimulatedPeer peer(simulation.clients(), AddressFamily::kIpv4);
        peer.BindTo(SocketAddress::Ipv4({127, 0, 0, 1}, port));
      }
      static_cast<void>(simulation.kernel().Close(listener));
    };
  };
  CHECK(Found(bind(8081)) == "");
  CHECK(Says(Found(bind(8080)), "a client cannot bind to 127.0.0.1:8080: "));
}

TEST_CASE("a client of a path waits while the listener's queue is full") {
  CHECK(Found([](sim::Simulation& simulation) {
          const Handle listener = ListenOn(simulation.kernel(), kPath, 0);
          int connected = 0;
          for (int i = 0; i < 3; ++i) {
            simulation.AddClient("client", [&] {
              sim::SimulatedPeer peer(simulation.clients(), kPath);
              if (!peer.over()) ++connected;
              peer.ReceiveToEnd();
            });
          }
          simulation.AddThread("server", [&] {
            for (int i = 0; i < 3; ++i) {
              simulation.world().threads().WaitUntil(simulation.now() + std::chrono::seconds(1));
              static_cast<void>(
                  simulation.kernel().Close(simulation.kernel().Accept(listener).handle));
            }
          });
          simulation.Run();
          static_cast<void>(simulation.kernel().Close(listener));
          simulation.Check(connected == 3, "all are connected in the end");
          simulation.Check(simulation.elapsed() > std::chrono::seconds(2), "and they waited");
        }) == "");
}

TEST_CASE("a client that has closed sends nothing, gets nothing, and can close again") {
  sim::PlainChooser chooser;
  sim::World world(chooser);
  sim::SimulatedKernel kernel(world);
  const Handle listener = ListenOn(kernel, kPath, 1);
  {
    sim::SimulatedPeer peer(kernel, kPath);
    CHECK(peer.Send("hello"));
    peer.Close();
    CHECK(peer.SendSome("more") == 0);
    CHECK_FALSE(peer.Send("more"));
    CHECK_FALSE(peer.TakeSome(10));
    CHECK(peer.Receive(10).empty());
    peer.Finish();
    peer.Reset();
    peer.Close();
  }
  CHECK(kernel.open_handles() == 1);
  static_cast<void>(kernel.Close(listener));
  CHECK(kernel.open_handles() == 0);
}

TEST_CASE("how long a process left a socket alone that had been reported can be asked") {
  sim::PlainChooser chooser;
  sim::World world(chooser);
  sim::SimulatedKernel kernel(world);
  const Handle listener = ListenOn(kernel, kPath, 1);
  {
    sim::SimulatedPeer peer(kernel, kPath);
    const Handle server = kernel.Accept(listener).handle;
    const Handle epoll = kernel.OpenEpoll().handle();
    REQUIRE(kernel.EpollAdd(epoll, server, kEpollIn, nullptr) == Error::kNone);
    CHECK(peer.Send("hello"));
    EpollEvent event;
    for (int i = 0; i < 4; ++i) {
      CHECK(kernel.EpollWait(epoll, {&event, 1}, Duration::zero()).bytes() == 1);
    }
    CHECK(kernel.longest_neglect() == 0);
    std::array<char, 5> room;
    CHECK(kernel.Receive(server, room).bytes() == 5);
    CHECK(kernel.longest_neglect() == 3);
    for (const Handle each : {epoll, server, listener}) static_cast<void>(kernel.Close(each));
  }
  CHECK(kernel.open_handles() == 0);
}

}  // namespace edgewise::simulated_test
