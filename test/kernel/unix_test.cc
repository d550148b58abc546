// Where AF_UNIX streams differ from TCP.
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>

#include "test/kernel/fact.h"
#include "test/kernel/raw.h"
#include "test/kernel/socket_pair.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {

static constexpr SocketOptions kUnix{.family = AddressFamily::kUnix};

KERNEL_FACT(UnixOutWheneverRead, "AF_UNIX: OUT is an edge whenever the peer frees a buffer") {
  SocketPair pair(kernel, kUnix);
  Watch watch(kernel, pair.ours(), kConnectionMask);
  REQUIRE(watch.Now() == kEpollOut);
  for (int round = 0; round < 3; ++round) {
    SendWhole(kernel, pair.ours(), "taken whole");
    REQUIRE(watch.Now() == 0);
    REQUIRE(ReceiveOnce(kernel, pair.peer()) == "taken whole");
    CHECK(watch.Now() == kEpollOut);
  }
}

KERNEL_FACT(UnixOutAfterFull, "AF_UNIX: a full queue reports OUT again after the peer has read") {
  SocketPair pair(kernel, kUnix);
  const std::size_t queued = FillToTheBrim(kernel, pair.ours());
  Watch watch(kernel, pair.ours(), kConnectionMask);
  REQUIRE(watch.Now() == 0);
  std::size_t read = 0;
  EpollMask mask = 0;
  while (mask == 0 && read < queued) {
    read += ReceiveOnce(kernel, pair.peer(), 4096).size();
    mask = watch.Now();
  }
  CHECK(mask == kEpollOut);
}

KERNEL_FACT(UnixHangsUpAtOnce,
            "AF_UNIX: HUP as soon as the peer closes, with bytes still to be read") {
  SocketPair pair(kernel, kUnix);
  Watch watch(kernel, pair.ours(), kConnectionMask);
  SendWhole(kernel, pair.peer(), "last words");
  pair.ClosePeer();
  CHECK(watch.Now() == (kEpollIn | kEpollOut | kEpollPeerFinished | kEpollHangup));
  CHECK(ReceiveOnce(kernel, pair.ours()) == "last words");
  CHECK(ReceiveOnce(kernel, pair.ours()).empty());
}

KERNEL_FACT(UnixHalfClose,
            "AF_UNIX: SHUT_WR of the peer is IN and RDHUP without HUP; sending goes on") {
  SocketPair pair(kernel, kUnix);
  Watch watch(kernel, pair.ours(), kReadMask);
  REQUIRE(kernel.Shutdown(pair.peer(), ShutdownSide::kWrite) == Error::kNone);
  CHECK(watch.Now() == (kEpollIn | kEpollPeerFinished));
  SendWhole(kernel, pair.ours(), "answer");
  CHECK(ReceiveOnce(kernel, pair.peer()) == "answer");
}

KERNEL_FACT(UnixQueueSurvivesClose, "AF_UNIX: what was sent survives a close with unread input") {
  SocketPair pair(kernel, kUnix);
  SendWhole(kernel, pair.peer(), "never read");
  const std::size_t queued = FillToTheBrim(kernel, pair.ours());
  pair.CloseOurs();
  const Remainder got = DrainNow(kernel, pair.peer());
  CHECK(got.bytes == queued);
  CHECK(got.error == Error::kConnectionReset);
}

KERNEL_FACT(UnixUnreadInputResets,
            "AF_UNIX: a peer that closed with unread input is ECONNRESET, once") {
  SocketPair pair(kernel, kUnix);
  Watch watch(kernel, pair.ours(), kConnectionMask);
  SendWhole(kernel, pair.ours(), "never read");
  pair.ClosePeer();
  CHECK((watch.Now() & (kEpollError | kEpollHangup)) == (kEpollError | kEpollHangup));
  char byte;
  CHECK(kernel.Receive(pair.ours(), {&byte, 1}).error() == Error::kConnectionReset);
  CHECK(ReceiveOnce(kernel, pair.ours()).empty());
}

KERNEL_FACT(UnixFirstSendFails, "AF_UNIX: already the first send after the peer's close is EPIPE") {
  SocketPair pair(kernel, kUnix);
  pair.ClosePeer();
  CHECK(kernel.Send(pair.ours(), std::string_view("x")).error() == Error::kBrokenPipe);
}

KERNEL_FACT(UnixSendLeavesTheReset, "AF_UNIX: a send does not consume the reset; SO_ERROR does") {
  SocketPair pair(kernel, kUnix);
  SendWhole(kernel, pair.ours(), "never read");
  pair.ClosePeer();
  CHECK(kernel.Send(pair.ours(), std::string_view("x")).error() == Error::kBrokenPipe);
  CHECK(kernel.TakeSocketError(pair.ours()) == Error::kConnectionReset);
  CHECK(ReceiveOnce(kernel, pair.ours()).empty());
}

KERNEL_FACT(UnixUnacknowledged,
            "AF_UNIX: UnacknowledgedBytes is memory, more than the bytes; 0 once read") {
  SocketPair pair(kernel, kUnix);
  CHECK(kernel.UnacknowledgedBytes(pair.ours()).bytes() == 0);
  SendWhole(kernel, pair.ours(), "12345");
  CHECK(kernel.UnacknowledgedBytes(pair.ours()).bytes() > 5);
  REQUIRE(ReceiveOnce(kernel, pair.peer()).size() == 5);
  CHECK(kernel.UnacknowledgedBytes(pair.ours()).bytes() == 0);
}

KERNEL_FACT(UnixConnectIsImmediate,
            "AF_UNIX: connect succeeds at once, before accept, and can send") {
  Listener listener(kernel, kUnix);
  OwnedHandle client(kernel, kernel.OpenSocket(AddressFamily::kUnix));
  CHECK(kernel.Connect(client.get(), listener.address()) == Error::kNone);
  SendWhole(kernel, client.get(), "early");
  OwnedHandle server = listener.Accept();
  CHECK(ReceiveOnce(kernel, server.get()) == "early");
}

KERNEL_FACT(UnixFullBacklog,
            "AF_UNIX: connect to a full backlog is EAGAIN, and nothing tells of room") {
  Listener listener(kernel, {.family = AddressFamily::kUnix, .backlog = 1});
  std::deque<OwnedHandle> waiting;
  Error error = Error::kNone;
  while (error == Error::kNone && waiting.size() < 10) {
    waiting.emplace_back(kernel, kernel.OpenSocket(AddressFamily::kUnix));
    error = kernel.Connect(waiting.back().get(), listener.address());
  }
  CHECK(error == Error::kWouldBlock);
  CHECK(waiting.size() == 3);
  Watch watch(kernel, waiting.back().get(), kConnectionMask);
  REQUIRE(watch.Now() == (kEpollOut | kEpollHangup));
  OwnedHandle accepted = listener.Accept();
  CHECK(watch.Now() == 0);
  CHECK(kernel.Connect(waiting.back().get(), listener.address()) == Error::kNone);
}

KERNEL_FACT(UnixPathOutlivesItsSocket,
            "AF_UNIX: a path outlives its listener: in use until removed") {
  const std::string folder = raw::MakeFolder();
  const SocketAddress address = SocketAddress::Unix(folder + "/socket");
  OwnedHandle client(kernel, kernel.OpenSocket(AddressFamily::kUnix));
  CHECK(kernel.Connect(client.get(), address) == Error::kNotFound);
  {
    OwnedHandle first(kernel, kernel.OpenSocket(AddressFamily::kUnix));
    REQUIRE(kernel.Bind(first.get(), address) == Error::kNone);
    REQUIRE(kernel.Listen(first.get(), 1) == Error::kNone);
  }
  CHECK(kernel.Connect(client.get(), address) == Error::kConnectionRefused);
  OwnedHandle second(kernel, kernel.OpenSocket(AddressFamily::kUnix));
  CHECK(kernel.Bind(second.get(), address) == Error::kAddressInUse);
  CHECK(kernel.RemovePath(address.path()) == Error::kNone);
  CHECK(kernel.RemovePath(address.path()) == Error::kNotFound);
  CHECK(kernel.Bind(second.get(), address) == Error::kNone);
  CHECK(kernel.RemovePath(address.path()) == Error::kNone);
  raw::RemoveFolder(folder);
}

LINUX_FACT(OnlySocketsAreRemoved, "RemovePath leaves alone what is no socket") {
  const std::string folder = raw::MakeFolder();
  const std::string file = folder + "/precious";
  std::ofstream(file) << "not a socket";
  CHECK(kernel.RemovePath(file) == Error::kExists);
  CHECK(kernel.RemovePath(folder) == Error::kExists);
  CHECK(std::filesystem::remove(file));
  raw::RemoveFolder(folder);
}

}  // namespace edgewise::kernel_test
