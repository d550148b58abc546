// LinuxKernel as a door: what each call promises in kernel.h, apart from epoll's own behaviour.
#include "reactor/kernel/linux_kernel.h"

#include <array>
#include <cstdlib>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "test/kernel/fact.h"
#include "test/kernel/raw.h"
#include "test/kernel/socket_pair.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {

LINUX_FACT(DescriptorsAreCloseOnExec,
           "every descriptor is close-on-exec, and non-blocking if it can be") {
  SocketPair pair(kernel);
  std::deque<OwnedHandle> made;
  made.emplace_back(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  made.emplace_back(kernel, kernel.OpenSocket(AddressFamily::kUnix));
  made.emplace_back(kernel, kernel.OpenWakeup());
  made.emplace_back(kernel, kernel.OpenSignals(SignalBit(10)));
  made.emplace_back(kernel, kernel.Duplicate(pair.ours()));
  for (const OwnedHandle& handle : made) {
    CHECK(raw::IsCloseOnExec(handle.get()));
    CHECK(raw::IsNonBlocking(handle.get()));
  }
  // The accepted end: accept inherits nothing of this from the listener.
  CHECK(raw::IsCloseOnExec(pair.ours()));
  CHECK(raw::IsNonBlocking(pair.ours()));
  CHECK(raw::IsCloseOnExec(OwnedHandle(kernel, kernel.OpenPlaceholder()).get()));
  CHECK(raw::IsCloseOnExec(OwnedHandle(kernel, kernel.OpenEpoll()).get()));
}

LINUX_FACT(CloseCloses, "Close frees the number; closing it again is EBADF, as a value") {
  const Handle handle = kernel.OpenPlaceholder().handle();
  REQUIRE(raw::IsOpen(handle));
  CHECK(kernel.Close(handle) == Error::kNone);
  CHECK_FALSE(raw::IsOpen(handle));
  CHECK(kernel.Close(handle) == Error::kBadHandle);
}

KERNEL_FACT(ErrorsAreValues, "a call on no descriptor answers EBADF") {
  std::array<char, 4> bytes{};
  const ConstBuffer piece(bytes);
  std::array<EpollEvent, 1> events;
  CHECK(kernel.Close(kNoHandle) == Error::kBadHandle);
  CHECK(kernel.Duplicate(kNoHandle).error() == Error::kBadHandle);
  CHECK(kernel.Duplicate(kNoHandle).handle() == kNoHandle);
  CHECK(kernel.SetOption(kNoHandle, SocketOption::kNoDelay, 1) == Error::kBadHandle);
  CHECK(kernel.Bind(kNoHandle, SocketAddress::Ipv4({127, 0, 0, 1}, 0)) == Error::kBadHandle);
  CHECK(kernel.Listen(kNoHandle, 1) == Error::kBadHandle);
  CHECK(kernel.Accept(kNoHandle).error == Error::kBadHandle);
  CHECK(kernel.Connect(kNoHandle, SocketAddress::Ipv4({127, 0, 0, 1}, 1)) == Error::kBadHandle);
  CHECK(kernel.TakeSocketError(kNoHandle) == Error::kBadHandle);
  CHECK(kernel.Shutdown(kNoHandle, ShutdownSide::kBoth) == Error::kBadHandle);
  CHECK(kernel.LocalAddress(kNoHandle).error == Error::kBadHandle);
  CHECK(kernel.Receive(kNoHandle, bytes).error() == Error::kBadHandle);
  CHECK(kernel.Send(kNoHandle, piece).error() == Error::kBadHandle);
  CHECK(kernel.SendGathered(kNoHandle, {&piece, 1}).error() == Error::kBadHandle);
  CHECK(kernel.UnacknowledgedBytes(kNoHandle).error() == Error::kBadHandle);
  CHECK(kernel.EpollAdd(kNoHandle, 0, kEpollIn, nullptr) == Error::kBadHandle);
  CHECK(kernel.EpollModify(kNoHandle, 0, kEpollIn, nullptr) == Error::kBadHandle);
  CHECK(kernel.EpollRemove(kNoHandle, 0) == Error::kBadHandle);
  CHECK(kernel.EpollWait(kNoHandle, events, Duration::zero()).error() == Error::kBadHandle);
  CHECK(kernel.Notify(kNoHandle) == Error::kBadHandle);
  CHECK(kernel.ClearWakeup(kNoHandle) == Error::kBadHandle);
  CHECK(kernel.ReadSignal(kNoHandle).error == Error::kBadHandle);
}

KERNEL_FACT(LimitIsTheSoftOne,
            "DescriptorLimit is the soft limit of now; at the limit opening is EMFILE") {
  const std::size_t before = kernel.DescriptorLimit();
  const Handle lowest = OwnedHandle(kernel, kernel.OpenPlaceholder()).get();
  std::size_t within = 0;
  std::array<Error, 5> errors;
  {
    raw::DescriptorLimit limit(kernel, static_cast<std::size_t>(lowest));
    within = kernel.DescriptorLimit();
    errors = {kernel.OpenPlaceholder().error(), kernel.OpenEpoll().error(),
              kernel.OpenWakeup().error(), kernel.OpenSocket(AddressFamily::kIpv4).error(),
              kernel.Duplicate(0).error()};
  }
  CHECK(within == static_cast<std::size_t>(lowest));
  for (const Error error : errors) CHECK(error == Error::kProcessLimit);
  CHECK(kernel.DescriptorLimit() == before);
}

LINUX_FACT(OptionsAreSet, "each socket option arrives at the kernel") {
  OwnedHandle tcp(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  for (const SocketOption option :
       {SocketOption::kReuseAddress, SocketOption::kReusePort, SocketOption::kNoDelay,
        SocketOption::kLingerReset, SocketOption::kUrgentInline}) {
    CAPTURE(static_cast<int>(option));
    CHECK(raw::OptionValue(tcp.get(), option) == 0);
    CHECK(kernel.SetOption(tcp.get(), option, 1) == Error::kNone);
    CHECK(raw::OptionValue(tcp.get(), option) == 1);
    CHECK(kernel.SetOption(tcp.get(), option, 0) == Error::kNone);
    CHECK(raw::OptionValue(tcp.get(), option) == 0);
  }
  for (const int value : {0, 1}) {
    CHECK(kernel.SetOption(tcp.get(), SocketOption::kNonBlocking, value) == Error::kNone);
    CHECK(raw::OptionValue(tcp.get(), SocketOption::kNonBlocking) == value);
  }
  for (const SocketOption option : {SocketOption::kSendBuffer, SocketOption::kReceiveBuffer}) {
    CHECK(kernel.SetOption(tcp.get(), option, 20'000) == Error::kNone);
    CHECK(raw::OptionValue(tcp.get(), option) == 40'000);
  }
}

KERNEL_FACT(OptionOfAnotherFamily, "TCP_NODELAY on an AF_UNIX socket is EOPNOTSUPP") {
  OwnedHandle local(kernel, kernel.OpenSocket(AddressFamily::kUnix));
  CHECK(kernel.SetOption(local.get(), SocketOption::kNoDelay, 1) == Error::kNotSupported);
}

KERNEL_FACT(NoFamilyNoSocket, "a socket of no family is refused") {
  CHECK(kernel.OpenSocket(AddressFamily::kNone).error() == Error::kFamilyNotSupported);
}

KERNEL_FACT(ReceiveAnswers, "Receive answers bytes, EAGAIN when there are none, and 0 at the end") {
  SocketPair pair(kernel);
  std::array<char, 8> buffer;
  CHECK(kernel.Receive(pair.ours(), buffer).would_block());
  SendWhole(kernel, pair.peer(), "abc");
  AwaitReady(kernel, pair.ours(), kEpollIn);
  CHECK(ReceiveOnce(kernel, pair.ours()) == "abc");
  pair.ClosePeer();
  AwaitReady(kernel, pair.ours(), kEpollIn);
  CHECK(ReceiveOnce(kernel, pair.ours()).empty());
}

KERNEL_FACT(GatheredInOrder, "SendGathered sends the pieces in order, empty ones too") {
  SocketPair pair(kernel);
  const std::array<ConstBuffer, 4> pieces = {std::string_view("he"), std::string_view(""),
                                             std::string_view("ll"), std::string_view("o")};
  CHECK(kernel.SendGathered(pair.peer(), pieces).bytes() == 5);
  AwaitReady(kernel, pair.ours(), kEpollIn);
  CHECK(ReceiveOnce(kernel, pair.ours()) == "hello");
  CHECK(kernel.SendGathered(pair.peer(), {}).bytes() == 0);
}

KERNEL_FACT(GatheredAtMost, "SendGathered takes kGatherMax pieces and leaves the rest") {
  SocketPair pair(kernel);
  const std::vector<ConstBuffer> pieces(Kernel::kGatherMax + 1, std::string_view("12"));
  CHECK(kernel.SendGathered(pair.peer(), {pieces.data(), Kernel::kGatherMax}).bytes() ==
        2 * Kernel::kGatherMax);
  CHECK(kernel.SendGathered(pair.peer(), pieces).bytes() == 2 * Kernel::kGatherMax);
}

KERNEL_FACT(GatheredFallsShort, "SendGathered falls short or would block when the queue is full") {
  SocketPair pair(kernel, {.send_buffer = 50'000, .receive_buffer = 30'000});
  const std::vector<char> large(1'000'000, 'g');
  const std::array<ConstBuffer, 2> pieces = {std::span(large), std::span(large)};
  const IoResult first = kernel.SendGathered(pair.ours(), pieces);
  REQUIRE(first.ok());
  CHECK(first.bytes() < 2 * large.size());
  FillToTheBrim(kernel, pair.ours());
  CHECK(kernel.SendGathered(pair.ours(), pieces).would_block());
}

KERNEL_FACT(NoSignalOnABrokenPipe, "a send to nowhere answers EPIPE; no SIGPIPE ends the process") {
  SocketPair pair(kernel);
  REQUIRE(kernel.Shutdown(pair.ours(), ShutdownSide::kWrite) == Error::kNone);
  const std::array<ConstBuffer, 1> pieces = {std::string_view("x")};
  CHECK(kernel.Send(pair.ours(), pieces[0]).error() == Error::kBrokenPipe);
  CHECK(kernel.SendGathered(pair.ours(), pieces).error() == Error::kBrokenPipe);
}

KERNEL_FACT(UnacknowledgedCounts,
            "UnacknowledgedBytes falls as the peer's kernel takes the bytes, read or not") {
  SocketPair pair(kernel, {.send_buffer = 200'000, .receive_buffer = 30'000});
  CHECK(kernel.UnacknowledgedBytes(pair.ours()).bytes() == 0);
  SendWhole(kernel, pair.ours(), "few");
  AwaitAcknowledged(kernel, pair.ours());
  const std::size_t queued = FillToTheBrim(kernel, pair.ours());
  const std::size_t full = kernel.UnacknowledgedBytes(pair.ours()).bytes();
  CHECK(full > 0);
  CHECK(full < queued);
  ReceiveExactly(kernel, pair.peer(), queued + 3);
  AwaitAcknowledged(kernel, pair.ours());
}

KERNEL_FACT(UnacknowledgedFin,
            "UnacknowledgedBytes counts a FIN that waits behind bytes as one more") {
  SocketPair pair(kernel, {.send_buffer = 200'000, .receive_buffer = 30'000});
  FillToTheBrim(kernel, pair.ours());
  const std::size_t full = kernel.UnacknowledgedBytes(pair.ours()).bytes();
  REQUIRE(kernel.Shutdown(pair.ours(), ShutdownSide::kWrite) == Error::kNone);
  CHECK(kernel.UnacknowledgedBytes(pair.ours()).bytes() == full + 1);
}

KERNEL_FACT(PollLooks,
            "PollNow looks without consuming, ignores the edge bit, and reports errors unasked") {
  SocketPair pair(kernel);
  CHECK(kernel.PollNow(pair.ours(), kConnectionMask) == kEpollOut);
  SendWhole(kernel, pair.peer(), "x");
  REQUIRE(kernel.Shutdown(pair.peer(), ShutdownSide::kWrite) == Error::kNone);
  AwaitReady(kernel, pair.ours(), kEpollPeerFinished);
  for (int look = 0; look < 2; ++look) {
    CHECK(kernel.PollNow(pair.ours(), kConnectionMask) ==
          (kEpollIn | kEpollOut | kEpollPeerFinished));
  }
  CHECK(kernel.PollNow(pair.ours(), kEpollOut) == kEpollOut);
  constexpr EpollMask kNotOpen = 0x20;  // POLLNVAL
  CHECK(kernel.PollNow(1'000'000, kEpollIn) == kNotOpen);
}

KERNEL_FACT(TagsComeBack,
            "EpollWait fills an array of events, each with the tag of its registration") {
  Watch watch(kernel);
  std::deque<OwnedHandle> wakeups;
  std::array<int, 5> objects{};
  std::set<void*> tags;
  for (int& object : objects) {
    wakeups.emplace_back(kernel, kernel.OpenWakeup());
    const Handle handle = wakeups.back().get();
    REQUIRE(kernel.Notify(handle) == Error::kNone);
    REQUIRE(kernel.EpollAdd(watch.epoll(), handle, kEpollIn, &object) == Error::kNone);
    tags.insert(&object);
  }
  std::array<EpollEvent, 8> events;
  REQUIRE(kernel.EpollWait(watch.epoll(), events, Duration::zero()).bytes() == 5);
  std::set<void*> reported;
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK((events[i].mask == kEpollIn));
    reported.insert(static_cast<void*>(events[i].tag));
  }
  CHECK(reported == tags);
  // A modification replaces the tag.
  REQUIRE(kernel.EpollModify(watch.epoll(), wakeups[0].get(), kEpollIn, &tags) == Error::kNone);
  reported.clear();
  REQUIRE(kernel.EpollWait(watch.epoll(), events, Duration::zero()).bytes() == 5);
  for (std::size_t i = 0; i < 5; ++i) reported.insert(static_cast<void*>(events[i].tag));
  CHECK(reported.contains(&tags));
  CHECK_FALSE(reported.contains(&objects[0]));
}

KERNEL_FACT(NoRoomForEvents, "EpollWait into no room at all is EINVAL, not a silent nothing") {
  Watch watch(kernel);
  CHECK(kernel.EpollWait(watch.epoll(), {}, Duration::zero()).error() == Error::kInvalid);
}

KERNEL_FACT(RandomVaries, "Random does not repeat itself, and every bit varies") {
  std::set<std::uint64_t> seen;
  std::uint64_t ever_set = 0;
  std::uint64_t ever_clear = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t value = kernel.Random();
    seen.insert(value);
    ever_set |= value;
    ever_clear |= ~value;
  }
  CHECK(seen.size() == 1000);
  CHECK(ever_set == ~std::uint64_t{0});
  CHECK(ever_clear == ~std::uint64_t{0});
}

LINUX_FACT(LogIsALine, "Log writes one line to standard error") {
  const std::string text = raw::CaptureStandardError([&] {
    kernel.Log("first");
    kernel.Log("");
    kernel.Log("third");
  });
  CHECK(text == "first\n\nthird\n");
}

LINUX_FACT(LogSurvivesAClosedPipe,
           "Log to a pipe that nobody reads any more does not end the process") {
  CHECK(raw::RunInChild([&] {
          raw::BreakStandardError();
          kernel.Log("nobody hears this");
          return 3;
        }) == 3);
}

LINUX_FACT(ExitNowExits, "ExitNow ends the process with its code, and runs nothing on the way") {
  CHECK(raw::RunInChild([&]() -> int {
          (void)std::atexit([] { LinuxKernel::Instance().ExitNow(1); });
          kernel.ExitNow(42);
          return 2;
        }) == 42);
}

TEST_CASE("LinuxKernel::Instance is one object", "[kernel]") {
  CHECK(&LinuxKernel::Instance() == &LinuxKernel::Instance());
}

}  // namespace edgewise::kernel_test
