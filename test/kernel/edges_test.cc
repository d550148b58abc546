// What is an edge on a TCP socket, and what is not.
#include <string>
#include <vector>

#include "test/kernel/fact.h"
#include "test/kernel/raw.h"
#include "test/kernel/socket_pair.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {

KERNEL_FACT(EachArrivalIsAnEdge,
            "each arrival of bytes is an edge, even with unread bytes before") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  for (int arrival = 0; arrival < 3; ++arrival) {
    SendWhole(kernel, pair.peer(), "more");
    CHECK(watch.Next() == kEpollIn);
    CHECK(watch.Now() == 0);
  }
  CHECK(DrainNow(kernel, pair.ours()).bytes == 12);
}

KERNEL_FACT(PartialReadMakesNoEdge, "a partial read makes no edge: the rest waits for new bytes") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  SendWhole(kernel, pair.peer(), "four");
  REQUIRE(watch.Next() == kEpollIn);
  REQUIRE(ReceiveOnce(kernel, pair.ours(), 1) == "f");
  CHECK(watch.Now() == 0);
  CHECK(kernel.PollNow(pair.ours(), kEpollIn) == kEpollIn);
  SendWhole(kernel, pair.peer(), "!");
  CHECK(watch.Next() == kEpollIn);
  CHECK(ReceiveOnce(kernel, pair.ours()) == "our!");
}

KERNEL_FACT(DrainedSocketIsQuiet, "an event is reported once, and not again after a drain") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  SendWhole(kernel, pair.peer(), "bytes");
  REQUIRE(watch.Next() == kEpollIn);
  REQUIRE(DrainNow(kernel, pair.ours()).error == Error::kWouldBlock);
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(ArrivalsCoalesce, "arrivals before a wait coalesce into one event") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  SendWhole(kernel, pair.peer(), "one");
  AwaitReady(kernel, pair.ours(), kEpollIn);
  SendWhole(kernel, pair.peer(), "two");
  AwaitAcknowledged(kernel, pair.peer());
  CHECK(watch.Next() == kEpollIn);
  CHECK(watch.Now() == 0);
  CHECK(ReceiveOnce(kernel, pair.ours()) == "onetwo");
}

KERNEL_FACT(ModifyReportsAgain, "EpollModify with the same mask reports what is ready again") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  SendWhole(kernel, pair.peer(), "unread");
  REQUIRE(watch.Next() == kEpollIn);
  REQUIRE(watch.Now() == 0);
  watch.Modify(pair.ours(), kReadMask);
  CHECK(watch.Now() == kEpollIn);
}

KERNEL_FACT(AddReportsWhatIsReady, "EpollAdd reports what was ready before it") {
  SocketPair pair(kernel);
  SendWhole(kernel, pair.peer(), "early");
  AwaitReady(kernel, pair.ours(), kEpollIn);
  Watch watch(kernel, pair.ours(), kConnectionMask);
  CHECK(watch.Now() == (kEpollIn | kEpollOut));
}

KERNEL_FACT(OutRidesOnDataEdges, "registered together, OUT rides on every data edge") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kConnectionMask);
  REQUIRE(watch.Now() == kEpollOut);
  for (int arrival = 0; arrival < 2; ++arrival) {
    SendWhole(kernel, pair.peer(), "data");
    CHECK(watch.Next() == (kEpollIn | kEpollOut));
  }
}

KERNEL_FACT(EventCarriesThePresentMask,
            "an event carries the whole mask of the moment of delivery") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  SendWhole(kernel, pair.peer(), "last words");
  REQUIRE(kernel.Shutdown(pair.peer(), ShutdownSide::kWrite) == Error::kNone);
  AwaitReady(kernel, pair.ours(), kEpollPeerFinished);
  CHECK(watch.Next() == (kEpollIn | kEpollPeerFinished));
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(EventVanishes, "an event whose readiness is gone before the wait vanishes") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  SendWhole(kernel, pair.peer(), "gone");
  AwaitReady(kernel, pair.ours(), kEpollIn);
  REQUIRE(DrainNow(kernel, pair.ours()).bytes == 4);
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(WholeSendsMakeNoOutEdge,
            "sends that the kernel took whole are followed by no OUT edge") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kConnectionMask);
  REQUIRE(watch.Now() == kEpollOut);
  const std::string bytes(4000, 'w');
  for (int round = 0; round < 20; ++round) {
    SendWhole(kernel, pair.ours(), bytes);
    ReceiveExactly(kernel, pair.peer(), bytes.size());
  }
  AwaitAcknowledged(kernel, pair.ours());
  CHECK(watch.Now() == 0);
}

// The share of a full send queue that was still unacknowledged when OUT was reported.
static double QueueShareAtOut(Kernel& kernel, SocketPair& pair, Watch& watch) {
  const double full = static_cast<double>(kernel.UnacknowledgedBytes(pair.ours()).bytes());
  REQUIRE(full > 300'000);
  while (true) {
    ReceiveExactly(kernel, pair.peer(), 4096);
    const double left = static_cast<double>(kernel.UnacknowledgedBytes(pair.ours()).bytes());
    const EpollMask mask = watch.Now();
    if (mask == 0) {
      REQUIRE(left > 0);
      continue;
    }
    CHECK(mask == kEpollOut);
    return left / full;
  }
}

// Fixed buffers, the peer's much smaller, so that what is queued is queued with us.
static constexpr SocketOptions kSlowReader{.send_buffer = 400'000, .receive_buffer = 30'000};

KERNEL_FACT(OutComesAtTwoThirds,
            "after a failed send, OUT comes only once the queue fell to about two thirds") {
  SocketPair pair(kernel, kSlowReader);
  FillToTheBrim(kernel, pair.ours());
  Watch watch(kernel, pair.ours(), kConnectionMask);
  REQUIRE(watch.Now() == 0);
  const double share = QueueShareAtOut(kernel, pair, watch);
  CAPTURE(share);
  CHECK(share > 0.50);
  CHECK(share < 0.75);
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(ShortSendEarnsAnOutEdge, "a send that fell short is followed by an OUT edge") {
  SocketPair pair(kernel, kSlowReader);
  Watch watch(kernel, pair.ours(), kConnectionMask);
  REQUIRE(watch.Now() == kEpollOut);
  const std::vector<char> bytes(4'000'000, 's');
  const IoResult sent = kernel.Send(pair.ours(), bytes);
  REQUIRE(sent.ok());
  REQUIRE(sent.bytes() < bytes.size());
  // The edge, whatever had left for the peer's buffer meanwhile, comes as the peer reads.
  std::size_t read = 0;
  EpollMask mask = watch.Now();
  while (mask == 0 && read < sent.bytes()) {
    ReceiveExactly(kernel, pair.peer(), 1024);
    read += 1024;
    mask = watch.Now();
  }
  CHECK(mask == kEpollOut);
}

KERNEL_FACT(LookAtAFullQueueEarnsAnOutEdge,
            "a poll that found the queue full is followed by an OUT edge too") {
  SocketPair pair(kernel, kSlowReader);
  Watch watch(kernel, pair.ours(), kConnectionMask);
  REQUIRE(watch.Now() == kEpollOut);
  const std::string bytes(2000, 'l');
  std::size_t queued = 0;
  while (kernel.PollNow(pair.ours(), kEpollOut) == kEpollOut) {
    SendWhole(kernel, pair.ours(), bytes);
    queued += bytes.size();
  }
  ReceiveExactly(kernel, pair.peer(), queued);
  CHECK(watch.Next() == kEpollOut);
}

KERNEL_FACT(ShortReadHidesTheEnd,
            "after a short read of data that came with FIN, EOF is not reported") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kConnectionMask);
  REQUIRE(watch.Now() == kEpollOut);
  SendWhole(kernel, pair.peer(), "bye");
  REQUIRE(kernel.Shutdown(pair.peer(), ShutdownSide::kWrite) == Error::kNone);
  AwaitReady(kernel, pair.ours(), kEpollPeerFinished);
  CHECK(watch.Next() == (kEpollIn | kEpollOut | kEpollPeerFinished));
  CHECK(ReceiveOnce(kernel, pair.ours()) == "bye");
  CHECK(watch.Wait(kQuiet).empty());
  CHECK(ReceiveOnce(kernel, pair.ours()).empty());
}

KERNEL_FACT(LaterFinIsAnEdge, "a FIN after a drain is an edge of its own, with IN") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  SendWhole(kernel, pair.peer(), "data");
  REQUIRE(watch.Next() == kEpollIn);
  REQUIRE(DrainNow(kernel, pair.ours()).error == Error::kWouldBlock);
  REQUIRE(kernel.Shutdown(pair.peer(), ShutdownSide::kWrite) == Error::kNone);
  CHECK(watch.Next() == (kEpollIn | kEpollPeerFinished));
  CHECK(ReceiveOnce(kernel, pair.ours()).empty());
}

KERNEL_FACT(PeerFinishedIsAHint, "RDHUP comes with bytes still to be read, and sending goes on") {
  SocketPair pair(kernel);
  SendWhole(kernel, pair.peer(), "request");
  REQUIRE(kernel.Shutdown(pair.peer(), ShutdownSide::kWrite) == Error::kNone);
  const EpollMask mask = AwaitReady(kernel, pair.ours(), kEpollPeerFinished);
  CHECK((mask & kEpollHangup) == 0);
  CHECK(ReceiveOnce(kernel, pair.ours()) == "request");
  SendWhole(kernel, pair.ours(), "answer");
  AwaitReady(kernel, pair.peer(), kEpollIn);
  CHECK(ReceiveOnce(kernel, pair.peer()) == "answer");
}

KERNEL_FACT(HangupNeedsBothDirections, "TCP reports HUP only when both directions are shut") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  REQUIRE(kernel.Shutdown(pair.peer(), ShutdownSide::kWrite) == Error::kNone);
  REQUIRE(watch.Next() == (kEpollIn | kEpollPeerFinished));
  REQUIRE(kernel.Shutdown(pair.ours(), ShutdownSide::kWrite) == Error::kNone);
  CHECK(watch.Next() == (kEpollIn | kEpollPeerFinished | kEpollHangup));
}

KERNEL_FACT(UnconnectedSocketHangsUp,
            "a fresh unconnected TCP socket reports OUT and HUP at once") {
  OwnedHandle fresh(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  Watch watch(kernel, fresh.get(), kConnectionMask);
  CHECK(watch.Now() == (kEpollOut | kEpollHangup));
}

KERNEL_FACT(ConnectEndsWithOut, "a connect that succeeds ends with an OUT edge and no error") {
  Listener listener(kernel);
  OwnedHandle client(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  REQUIRE(kernel.Connect(client.get(), listener.address()) == Error::kInProgress);
  Watch watch(kernel, client.get(), kConnectionMask);
  CHECK(watch.Next() == kEpollOut);
  CHECK(kernel.TakeSocketError(client.get()) == Error::kNone);
}

KERNEL_FACT(RefusedConnectTellsOnce, "a refused connect reports ERR; SO_ERROR says why, once") {
  // Bound but not listening: the port stays ours, and refuses.
  OwnedHandle bound(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  REQUIRE(kernel.Bind(bound.get(), SocketAddress::Ipv4({127, 0, 0, 1}, 0)) == Error::kNone);
  OwnedHandle client(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  REQUIRE(kernel.Connect(client.get(), kernel.LocalAddress(bound.get()).address) ==
          Error::kInProgress);
  Watch watch(kernel, client.get(), kConnectionMask);
  CHECK(watch.Next() == (kEpollIn | kEpollOut | kEpollPeerFinished | kEpollError | kEpollHangup));
  CHECK(kernel.TakeSocketError(client.get()) == Error::kConnectionRefused);
  CHECK(kernel.TakeSocketError(client.get()) == Error::kNone);
}

}  // namespace edgewise::kernel_test
