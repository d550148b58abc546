// Listening sockets: edges, the descriptor limit, and peers that did not wait.
#include <deque>
#include <string>

#include "test/kernel/fact.h"
#include "test/kernel/raw.h"
#include "test/kernel/socket_pair.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {
namespace {

constexpr EpollMask kListenMask = kEpollIn | kEpollEdge;

// The number that the next descriptor will get.
Handle LowestFree(Kernel& kernel) { return OwnedHandle(kernel, kernel.OpenPlaceholder()).get(); }

Error TryAccept(Kernel& kernel, const Listener& listener) {
  const AcceptResult accepted = kernel.Accept(listener.get());
  if (accepted.handle != kNoHandle) (void)kernel.Close(accepted.handle);
  return accepted.error;
}

// Connects `count` clients; all of them are waiting to be accepted when this returns.
void ConnectSeveral(Listener& listener, std::deque<OwnedHandle>& clients, Kernel& kernel,
                    int count) {
  for (int i = 0; i < count; ++i) {
    clients.emplace_back(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
    const Error error = kernel.Connect(clients.back().get(), listener.address());
    REQUIRE(error == Error::kInProgress);
    AwaitReady(kernel, clients.back().get(), kEpollOut);
  }
  // A client is connected before its last packet has reached the listener.
  Watch nothing(kernel);
  (void)nothing.Wait(std::chrono::milliseconds(1));
}

}  // namespace

KERNEL_FACT(EmptyQueue, "accept with nothing waiting is EAGAIN") {
  Listener listener(kernel);
  const AcceptResult accepted = kernel.Accept(listener.get());
  CHECK(accepted.error == Error::kWouldBlock);
  CHECK(accepted.handle == kNoHandle);
}

KERNEL_FACT(OneAcceptStrandsTheRest,
            "five waiting and one accept strand four: no event until a sixth") {
  Listener listener(kernel);
  Watch watch(kernel, listener.get(), kListenMask);
  std::deque<OwnedHandle> clients;
  ConnectSeveral(listener, clients, kernel, 5);
  REQUIRE(watch.Next() == kEpollIn);
  REQUIRE(TryAccept(kernel, listener) == Error::kNone);
  CHECK(watch.Wait(kQuiet).empty());
  CHECK(kernel.PollNow(listener.get(), kEpollIn) == kEpollIn);
  ConnectSeveral(listener, clients, kernel, 1);
  CHECK(watch.Next() == kEpollIn);
  for (int i = 0; i < 5; ++i) CHECK(TryAccept(kernel, listener) == Error::kNone);
  CHECK(TryAccept(kernel, listener) == Error::kWouldBlock);
}

KERNEL_FACT(ModifyRevivesAListener,
            "EpollModify reports connections that an earlier event stranded") {
  Listener listener(kernel);
  Watch watch(kernel, listener.get(), kListenMask);
  OwnedHandle client = listener.Connect();
  REQUIRE(watch.Next() == kEpollIn);
  REQUIRE(watch.Now() == 0);
  watch.Modify(listener.get(), kListenMask);
  CHECK(watch.Now() == kEpollIn);
}

KERNEL_FACT(LimitBeforeQueue,
            "at the descriptor limit accept says EMFILE even with an empty queue") {
  Listener listener(kernel);
  const Handle lowest = LowestFree(kernel);
  Error at_limit;
  {
    raw::DescriptorLimit limit(kernel, static_cast<std::size_t>(lowest));
    at_limit = TryAccept(kernel, listener);
  }
  CHECK(at_limit == Error::kProcessLimit);
  CHECK(TryAccept(kernel, listener) == Error::kWouldBlock);
}

KERNEL_FACT(NoEdgeAfterTheLimit,
            "after EMFILE no edge comes when descriptors are free again; accept works") {
  Listener listener(kernel);
  Watch watch(kernel, listener.get(), kListenMask);
  OwnedHandle client = listener.Connect();
  REQUIRE(watch.Next() == kEpollIn);
  const Handle lowest = LowestFree(kernel);
  {
    raw::DescriptorLimit limit(kernel, static_cast<std::size_t>(lowest));
    REQUIRE(TryAccept(kernel, listener) == Error::kProcessLimit);
    CHECK(watch.Now() == 0);
  }
  CHECK(watch.Wait(kQuiet).empty());
  CHECK(TryAccept(kernel, listener) == Error::kNone);
}

KERNEL_FACT(LimitKeepsTheConnection,
            "EMFILE loses no connection: the one that waits is accepted later") {
  Listener listener(kernel);
  OwnedHandle client = listener.Connect();
  AwaitReady(kernel, listener.get(), kEpollIn);
  const SocketAddress address = kernel.LocalAddress(client.get()).address;
  {
    raw::DescriptorLimit limit(kernel, static_cast<std::size_t>(LowestFree(kernel)));
    for (int i = 0; i < 3; ++i) REQUIRE(TryAccept(kernel, listener) == Error::kProcessLimit);
  }
  const AcceptResult accepted = kernel.Accept(listener.get());
  OwnedHandle server(kernel, accepted.handle);
  CHECK(accepted.error == Error::kNone);
  CHECK(accepted.peer == address);
}

KERNEL_FACT(ReserveSheds,
            "at the limit, giving up a placeholder lets one connection be accepted and shed") {
  Listener listener(kernel);
  OwnedHandle client = listener.Connect();
  AwaitReady(kernel, listener.get(), kEpollIn);
  OwnedHandle reserve(kernel, kernel.OpenPlaceholder());
  const Handle lowest = LowestFree(kernel);
  {
    raw::DescriptorLimit limit(kernel, static_cast<std::size_t>(lowest));
    REQUIRE(TryAccept(kernel, listener) == Error::kProcessLimit);
    reserve.Close();
    CHECK(TryAccept(kernel, listener) == Error::kNone);
    OwnedHandle again(kernel, kernel.OpenPlaceholder());
    CHECK(kernel.OpenPlaceholder().error() == Error::kProcessLimit);
  }
  // The shed peer is told: its connection is over.
  CHECK(ReceiveToEnd(kernel, client.get()).bytes == 0);
}

KERNEL_FACT(ResetBeforeAccept,
            "a peer that reset before accept is accepted; only accept knows its address") {
  Listener listener(kernel);
  OwnedHandle client = listener.Connect();
  const SocketAddress address = kernel.LocalAddress(client.get()).address;
  AwaitReady(kernel, listener.get(), kEpollIn);
  REQUIRE(kernel.SetOption(client.get(), SocketOption::kLingerReset, 1) == Error::kNone);
  client.Close();
  const AcceptResult accepted = kernel.Accept(listener.get());
  REQUIRE(accepted.error == Error::kNone);
  OwnedHandle server(kernel, accepted.handle);
  CHECK(accepted.peer == address);
  AwaitReady(kernel, server.get(), kEpollHangup);
  CHECK(raw::PeerNameError(kernel, server.get()) == Error::kNotConnected);
  char byte;
  CHECK(kernel.Receive(server.get(), {&byte, 1}).error() == Error::kConnectionReset);
}

KERNEL_FACT(SentBeforeAccept,
            "bytes and FIN that came before accept are there, in the first event") {
  Listener listener(kernel);
  OwnedHandle client = listener.Connect();
  SendWhole(kernel, client.get(), "impatient");
  client.Close();
  OwnedHandle server = listener.Accept();
  AwaitReady(kernel, server.get(), kEpollPeerFinished);
  Watch watch(kernel, server.get(), kConnectionMask);
  CHECK(watch.Now() == (kEpollIn | kEpollOut | kEpollPeerFinished));
  CHECK(ReceiveOnce(kernel, server.get()) == "impatient");
}

KERNEL_FACT(QueueDiesWithListener,
            "closing a listener resets the connections that waited in its queue") {
  Listener listener(kernel);
  OwnedHandle client = listener.Connect();
  AwaitReady(kernel, listener.get(), kEpollIn);
  listener.Close();
  CHECK(ReceiveToEnd(kernel, client.get()).error == Error::kConnectionReset);
}

KERNEL_FACT(HandOver,
            "a duplicated listener goes on accepting, its queue too, after the first is closed") {
  Listener listener(kernel);
  OwnedHandle client = listener.Connect();
  AwaitReady(kernel, listener.get(), kEpollIn);
  OwnedHandle heir(kernel, kernel.Duplicate(listener.get()));
  listener.Close();
  const AcceptResult accepted = kernel.Accept(heir.get());
  OwnedHandle server(kernel, accepted.handle);
  CHECK(accepted.error == Error::kNone);
}

LINUX_FACT(
    ReusePortDoesNotMigrate,
    "with several listeners on a port, a queue dies with its listener unless migration is on") {
  if (raw::Setting("/proc/sys/net/ipv4/tcp_migrate_req", 0) != 0) return;
  OwnedHandle first(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  OwnedHandle second(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  REQUIRE(kernel.SetOption(first.get(), SocketOption::kReusePort, 1) == Error::kNone);
  REQUIRE(kernel.SetOption(second.get(), SocketOption::kReusePort, 1) == Error::kNone);
  REQUIRE(kernel.Bind(first.get(), SocketAddress::Ipv4({127, 0, 0, 1}, 0)) == Error::kNone);
  const SocketAddress address = kernel.LocalAddress(first.get()).address;
  REQUIRE(kernel.Bind(second.get(), address) == Error::kNone);
  REQUIRE(kernel.Listen(first.get(), 64) == Error::kNone);
  REQUIRE(kernel.Listen(second.get(), 64) == Error::kNone);
  // The kernel chooses a listener by a hash of the addresses: connect until each has some.
  std::deque<OwnedHandle> clients;
  const auto waits_at = [&](const OwnedHandle& listener) {
    return kernel.PollNow(listener.get(), kEpollIn) == kEpollIn;
  };
  while (clients.size() < 64 && !(waits_at(first) && waits_at(second))) {
    clients.emplace_back(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
    REQUIRE(kernel.Connect(clients.back().get(), address) == Error::kInProgress);
    AwaitReady(kernel, clients.back().get(), kEpollOut);
  }
  REQUIRE(waits_at(first));
  REQUIRE(waits_at(second));
  first.Close();
  std::size_t accepted = 0;
  for (AcceptResult next = kernel.Accept(second.get()); next.handle != kNoHandle;
       next = kernel.Accept(second.get())) {
    ++accepted;
    (void)kernel.Close(next.handle);
  }
  CHECK(accepted > 0);
  CHECK(accepted < clients.size());
  std::size_t reset = 0;
  for (const OwnedHandle& client : clients) {
    if (ReceiveToEnd(kernel, client.get()).error == Error::kConnectionReset) ++reset;
  }
  CHECK(accepted + reset == clients.size());
}

LINUX_FACT(OptionsAreInherited,
           "an accepted socket inherits the listener's TCP_NODELAY and buffers") {
  Listener listener(kernel, {.receive_buffer = 30'000});
  REQUIRE(kernel.SetOption(listener.get(), SocketOption::kNoDelay, 1) == Error::kNone);
  OwnedHandle client = listener.Connect();
  OwnedHandle server = listener.Accept();
  CHECK(raw::OptionValue(server.get(), SocketOption::kNoDelay) == 1);
  CHECK(raw::OptionValue(server.get(), SocketOption::kReceiveBuffer) == 60'000);
}

}  // namespace edgewise::kernel_test
