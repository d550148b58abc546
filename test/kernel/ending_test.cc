// How TCP connections end: what arrives, what is destroyed, and who is told what, once.
#include <string>

#include "test/kernel/fact.h"
#include "test/kernel/socket_pair.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {
namespace {

// Makes the close of `handle` send a reset, whatever is queued.
void CloseWithReset(Kernel& kernel, SocketPair& pair) {
  REQUIRE(kernel.SetOption(pair.peer(), SocketOption::kLingerReset, 1) == Error::kNone);
  pair.ClosePeer();
  AwaitReady(kernel, pair.ours(), kEpollHangup);
}

// A pair with megabytes queued from us to the peer and one byte from the peer that we have not
// read.
class QueuedAnswer {
 public:
  explicit QueuedAnswer(Kernel& kernel) : pair(kernel) {
    SendWhole(kernel, pair.peer(), "?");
    AwaitReady(kernel, pair.ours(), kEpollIn);
    queued = FillToTheBrim(kernel, pair.ours());
    REQUIRE(queued > 1'000'000);
  }
  SocketPair pair;
  std::size_t queued = 0;
};

}  // namespace

KERNEL_FACT(CloseWithUnreadInput,
            "close with unread input destroys what is queued, megabytes of it") {
  QueuedAnswer answer(kernel);
  answer.pair.CloseOurs();
  const Remainder got = ReceiveToEnd(kernel, answer.pair.peer());
  CAPTURE(answer.queued, got.bytes);
  CHECK(got.bytes < answer.queued);
  CHECK(got.error == Error::kConnectionReset);
}

KERNEL_FACT(CloseAfterDrain, "close with the input drained delivers all that is queued, then EOF") {
  QueuedAnswer answer(kernel);
  REQUIRE(DrainNow(kernel, answer.pair.ours()).bytes == 1);
  answer.pair.CloseOurs();
  const Remainder got = ReceiveToEnd(kernel, answer.pair.peer());
  CHECK(got.bytes == answer.queued);
  CHECK(got.error == Error::kNone);
}

KERNEL_FACT(ShutdownAlone, "SHUT_WR delivers all that is queued even with unread input, then EOF") {
  QueuedAnswer answer(kernel);
  REQUIRE(kernel.Shutdown(answer.pair.ours(), ShutdownSide::kWrite) == Error::kNone);
  const Remainder got = ReceiveToEnd(kernel, answer.pair.peer());
  CHECK(got.bytes == answer.queued);
  CHECK(got.error == Error::kNone);
}

KERNEL_FACT(ShutdownIsNoShield,
            "SHUT_WR followed at once by close with unread input destroys it too") {
  QueuedAnswer answer(kernel);
  REQUIRE(kernel.Shutdown(answer.pair.ours(), ShutdownSide::kWrite) == Error::kNone);
  answer.pair.CloseOurs();
  const Remainder got = ReceiveToEnd(kernel, answer.pair.peer());
  CAPTURE(answer.queued, got.bytes);
  CHECK(got.bytes < answer.queued);
  CHECK(got.error == Error::kConnectionReset);
}

KERNEL_FACT(ShortAnswerSurvives,
            "a short answer survives a close with unread input: small tests hide it") {
  SocketPair pair(kernel);
  SendWhole(kernel, pair.peer(), "?");
  AwaitReady(kernel, pair.ours(), kEpollIn);
  SendWhole(kernel, pair.ours(), "short");
  AwaitAcknowledged(kernel, pair.ours());
  pair.CloseOurs();
  const Remainder got = ReceiveToEnd(kernel, pair.peer());
  CHECK(got.bytes == 5);
  CHECK(got.error == Error::kConnectionReset);
}

KERNEL_FACT(LateInputResets, "input that arrives after our close is answered by a reset") {
  SocketPair pair(kernel);
  pair.CloseOurs();
  AwaitReady(kernel, pair.peer(), kEpollPeerFinished);
  SendWhole(kernel, pair.peer(), "too late");
  const EpollMask mask = AwaitReady(kernel, pair.peer(), kEpollHangup);
  CHECK((mask & kEpollError) != 0);
}

KERNEL_FACT(ResetAfterBytes,
            "bytes queued before a reset stay readable; then ECONNRESET once; then 0") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kConnectionMask);
  SendWhole(kernel, pair.peer(), "last");
  AwaitReady(kernel, pair.ours(), kEpollIn);
  CloseWithReset(kernel, pair);
  CHECK(watch.Next() == (kEpollIn | kEpollOut | kEpollPeerFinished | kEpollError | kEpollHangup));
  CHECK(ReceiveOnce(kernel, pair.ours()) == "last");
  char byte;
  CHECK(kernel.Receive(pair.ours(), {&byte, 1}).error() == Error::kConnectionReset);
  const IoResult then = kernel.Receive(pair.ours(), {&byte, 1});
  CHECK(then.ok());
  CHECK(then.bytes() == 0);
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(SendConsumesTheReset, "a reset that send consumed looks like a clean EOF to recv") {
  SocketPair pair(kernel);
  CloseWithReset(kernel, pair);
  CHECK(kernel.Send(pair.ours(), std::string_view("x")).error() == Error::kConnectionReset);
  CHECK(ReceiveOnce(kernel, pair.ours()).empty());
  CHECK(kernel.Send(pair.ours(), std::string_view("x")).error() == Error::kBrokenPipe);
}

KERNEL_FACT(SocketErrorConsumesTheReset,
            "a reset that SO_ERROR consumed looks like a clean EOF to recv") {
  SocketPair pair(kernel);
  CloseWithReset(kernel, pair);
  CHECK(kernel.TakeSocketError(pair.ours()) == Error::kConnectionReset);
  CHECK(kernel.TakeSocketError(pair.ours()) == Error::kNone);
  CHECK(ReceiveOnce(kernel, pair.ours()).empty());
}

KERNEL_FACT(ConsumedErrorLeavesTheMask,
            "once a reset is consumed, ERR leaves the mask and HUP stays") {
  SocketPair pair(kernel);
  CloseWithReset(kernel, pair);
  CHECK(kernel.PollNow(pair.ours(), 0) == (kEpollError | kEpollHangup));
  REQUIRE(kernel.TakeSocketError(pair.ours()) == Error::kConnectionReset);
  CHECK(kernel.PollNow(pair.ours(), 0) == kEpollHangup);
}

KERNEL_FACT(FinThenReset, "after FIN and then a reset recv says 0, and the error is EPIPE") {
  SocketPair pair(kernel);
  REQUIRE(kernel.Shutdown(pair.peer(), ShutdownSide::kWrite) == Error::kNone);
  AwaitReady(kernel, pair.ours(), kEpollPeerFinished);
  CloseWithReset(kernel, pair);
  CHECK(ReceiveOnce(kernel, pair.ours()).empty());
  CHECK(kernel.TakeSocketError(pair.ours()) == Error::kBrokenPipe);
}

KERNEL_FACT(SendsAfterPeerClosed,
            "the first send after the peer's close succeeds, the second is EPIPE") {
  SocketPair pair(kernel);
  pair.ClosePeer();
  AwaitReady(kernel, pair.ours(), kEpollPeerFinished);
  SendWhole(kernel, pair.ours(), "first");
  AwaitReady(kernel, pair.ours(), kEpollHangup);
  CHECK(kernel.Send(pair.ours(), std::string_view("second")).error() == Error::kBrokenPipe);
}

KERNEL_FACT(SendAfterShutdown, "a send after our own SHUT_WR is EPIPE") {
  SocketPair pair(kernel);
  REQUIRE(kernel.Shutdown(pair.ours(), ShutdownSide::kWrite) == Error::kNone);
  CHECK(kernel.Send(pair.ours(), std::string_view("x")).error() == Error::kBrokenPipe);
}

KERNEL_FACT(ErrorsIgnoreTheMask, "ERR and HUP are reported whatever the mask") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kEpollEdge);
  REQUIRE(watch.Now() == 0);
  CloseWithReset(kernel, pair);
  CHECK(watch.Next() == (kEpollError | kEpollHangup));
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(ResetDestroysTheQueue, "a reset from the peer destroys what we had queued for it") {
  SocketPair pair(kernel);
  FillToTheBrim(kernel, pair.ours());
  CloseWithReset(kernel, pair);
  CHECK(kernel.Send(pair.ours(), std::string_view("x")).error() == Error::kConnectionReset);
}

KERNEL_FACT(ShutdownReadIsLocal,
            "SHUT_RD tells the peer nothing, and what it sends is still read") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  REQUIRE(kernel.Shutdown(pair.ours(), ShutdownSide::kRead) == Error::kNone);
  CHECK(watch.Next() == (kEpollIn | kEpollPeerFinished));
  CHECK(ReceiveOnce(kernel, pair.ours()).empty());
  SendWhole(kernel, pair.peer(), "unaware");
  AwaitAcknowledged(kernel, pair.peer());
  CHECK(ReceiveOnce(kernel, pair.ours()) == "unaware");
}

KERNEL_FACT(ShutdownOfTheGone, "shutting down a connection that was reset is ENOTCONN") {
  SocketPair pair(kernel);
  CloseWithReset(kernel, pair);
  CHECK(kernel.Shutdown(pair.ours(), ShutdownSide::kWrite) == Error::kNotConnected);
}

}  // namespace edgewise::kernel_test
