// The stall oracle: an edge-triggered reader that stops early, and sleeps on what it has left.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>

#include "test/simulated/found.h"

namespace edgewise::simulated_test {
namespace {

using std::chrono::minutes;

enum class Reads { kToTheEnd, kOnce };

// A server of one connection, as small as can be: it takes `bytes` bytes, then ends.
class Reader {
 public:
  Reader(Kernel& kernel, Reads manner) : kernel_(kernel), manner_(manner) {
    epoll_ = kernel_.OpenEpoll().handle();
    listener_ = kernel_.OpenSocket(AddressFamily::kIpv4).handle();
    static_cast<void>(kernel_.Bind(listener_, SocketAddress::Ipv4({127, 0, 0, 1}, 700)));
    static_cast<void>(kernel_.Listen(listener_, 1));
    static_cast<void>(kernel_.EpollAdd(epoll_, listener_, kEpollIn, nullptr));
  }
  ~Reader() {
    for (const Handle handle : {socket_, listener_, epoll_}) {
      static_cast<void>(kernel_.Close(handle));
    }
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void Run(std::size_t bytes) {
    // It looks at a clock now and then, so the world goes on whatever it has overlooked.
    while (bytes != 0) {
      EpollEvent event;
      if (kernel_.EpollWait(epoll_, {&event, 1}, minutes(1)).bytes() == 0) continue;
      if (socket_ == kNoHandle) {
        socket_ = kernel_.Accept(listener_).handle;
        static_cast<void>(
            kernel_.EpollAdd(epoll_, socket_, kEpollIn | kEpollEdge | kEpollPeerFinished, this));
        continue;
      }
      bytes -= Read(bytes);
    }
  }

 private:
  std::size_t Read(std::size_t bytes) {
    std::size_t sum = 0;
    while (sum < bytes) {
      char buffer[10];
      const IoResult got = kernel_.Receive(socket_, buffer);
      if (!got.ok() || got.bytes() == 0) break;
      sum += got.bytes();
      if (manner_ == Reads::kOnce) break;
    }
    return sum;
  }

  Kernel& kernel_;
  const Reads manner_;
  Handle epoll_ = kNoHandle;
  Handle listener_ = kNoHandle;
  Handle socket_ = kNoHandle;
};

sim::Scenario ReaderAndClient(Reads manner) {
  return [manner](sim::Simulation& simulation) {
    Reader reader(simulation.kernel(), manner);
    simulation.AddThread("reader", [&] { reader.Run(30); });
    simulation.AddClient("client", [&] {
      sim::SimulatedPeer peer(simulation.clients(), SocketAddress::Ipv4({127, 0, 0, 1}, 700));
      peer.Send(std::string(30, 'x'));
    });
    simulation.Run();
  };
}

}  // namespace

TEST_CASE("a handler that stops reading early loses an edge, which is found as a stall") {
  CHECK(Found(ReaderAndClient(Reads::kToTheEnd), {.stall_max = minutes(5)}) == "");
  const std::string what = Found(ReaderAndClient(Reads::kOnce), {.stall_max = minutes(5)});
  CHECK(Says(what, "process under-test sleeps although descriptor 5 has had input for"));
  CHECK(Says(what, "an edge was lost"));
  // Nobody looks for it: it is the clock that ends the run.
  CHECK(Says(Found(ReaderAndClient(Reads::kOnce)), "the run does not end"));
}

}  // namespace edgewise::simulated_test
