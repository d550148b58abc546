// Urgent (out-of-band) bytes, and what else cuts a read short.
//
// A recv that fills less than its buffer usually means that the socket is drained, and saves the
// recv that would say EAGAIN. What these tests establish about that shortcut:
//
// - An urgent byte cuts a read short with data behind it, and no edge follows: without PRI in the
//   registered mask nothing tells. It is so whether SO_OOBINLINE is set or not.
// - With PRI in the mask, each event that is delivered while an urgent byte is queued says PRI; and
//   what arrives after the delivery makes an edge of its own. So on TCP "while neither PRI nor
//   RDHUP has been latched, a short read means drained" holds.
// - On AF_UNIX it does not: a message that carried descriptors (SCM_RIGHTS) cuts the read short
//   too, and shows in no mask. There only EAGAIN means drained.
#include <atomic>
#include <random>
#include <string>
#include <vector>

#include "test/kernel/fact.h"
#include "test/kernel/raw.h"
#include "test/kernel/socket_pair.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {
namespace {

constexpr EpollMask kMaskWithPriority = kConnectionMask | kEpollPriority;

enum class Urgent { kAside, kInline };

struct Flavour {
  AddressFamily family;
  Urgent urgent;
};
constexpr Flavour kFlavours[] = {{AddressFamily::kIpv4, Urgent::kAside},
                                 {AddressFamily::kIpv4, Urgent::kInline},
                                 {AddressFamily::kUnix, Urgent::kAside},
                                 {AddressFamily::kUnix, Urgent::kInline}};

std::string Name(Flavour flavour) {
  return std::string(flavour.family == AddressFamily::kUnix ? "AF_UNIX" : "TCP") +
         (flavour.urgent == Urgent::kInline ? " with" : " without") + " SO_OOBINLINE";
}

// AF_UNIX has urgent bytes since Linux 5.15, and only if configured.
bool HasUrgent(Kernel& kernel, AddressFamily family) {
  SocketPair pair(kernel, {.family = family});
  return raw::SendUrgent(kernel, pair.peer(), "u").ok();
}

void Arrange(Kernel& kernel, SocketPair& pair, Flavour flavour) {
  if (flavour.urgent == Urgent::kAside) return;
  REQUIRE(kernel.SetOption(pair.ours(), SocketOption::kUrgentInline, 1) == Error::kNone);
}

// Runs `body` on a fresh pair of each flavour that this kernel has.
template <typename Body>
void ForEachFlavour(Kernel& kernel, Body body) {
  for (const Flavour flavour : kFlavours) {
    INFO(Name(flavour));
    if (!HasUrgent(kernel, flavour.family)) continue;
    SocketPair pair(kernel, {.family = flavour.family});
    Arrange(kernel, pair, flavour);
    body(pair, flavour);
  }
}

void SendUrgentByte(Kernel& kernel, Handle handle) {
  REQUIRE(raw::SendUrgent(kernel, handle, "u").bytes() == 1);
}

// "ab", an urgent "u", "cd": all queued at `ours` when this returns.
void SendAroundAnUrgentByte(Kernel& kernel, SocketPair& pair, Flavour flavour) {
  SendWhole(kernel, pair.peer(), "ab");
  SendUrgentByte(kernel, pair.peer());
  SendWhole(kernel, pair.peer(), "cd");
  AwaitDelivered(kernel, pair.peer(), flavour.family);
}

}  // namespace

KERNEL_FACT(UrgentByteCutsTheRead,
            "an urgent byte leaves bytes behind a short read, without an edge") {
  ForEachFlavour(kernel, [&](SocketPair& pair, Flavour flavour) {
    SendAroundAnUrgentByte(kernel, pair, flavour);
    Watch watch(kernel, pair.ours(), kConnectionMask);
    CHECK(watch.Now() == (kEpollIn | kEpollOut));
    CHECK(ReceiveOnce(kernel, pair.ours()) == "ab");
    CHECK(watch.Wait(kQuiet).empty());
    CHECK(kernel.PollNow(pair.ours(), kEpollIn) == kEpollIn);
    const bool is_inline = flavour.urgent == Urgent::kInline;
    CHECK(ReceiveOnce(kernel, pair.ours()) == (is_inline ? "ucd" : "cd"));
    CHECK(DrainNow(kernel, pair.ours()).error == Error::kWouldBlock);
  });
}

KERNEL_FACT(PriorityShowsTheUrgentByte,
            "with PRI in the mask, the event says that an urgent byte waits") {
  ForEachFlavour(kernel, [&](SocketPair& pair, Flavour flavour) {
    Watch watch(kernel, pair.ours(), kMaskWithPriority);
    REQUIRE((watch.Now() & kEpollPriority) == 0);
    SendAroundAnUrgentByte(kernel, pair, flavour);
    // Whichever of the three arrivals are still to be reported: the last report has it all.
    EpollMask last = watch.Next();
    for (EpollMask more = last; more != 0; more = watch.Now()) last = more;
    CHECK(last == (kEpollIn | kEpollOut | kEpollPriority));
    CHECK(ReceiveOnce(kernel, pair.ours()) == "ab");
    const EpollMask both = kEpollIn | kEpollPriority;
    CHECK(kernel.PollNow(pair.ours(), both) == both);
    REQUIRE(DrainNow(kernel, pair.ours()).error == Error::kWouldBlock);
    CHECK(kernel.PollNow(pair.ours(), both) == 0);
  });
}

KERNEL_FACT(PriorityStaysOnEveryEvent,
            "PRI is in each event until the reader has passed the urgent byte") {
  ForEachFlavour(kernel, [&](SocketPair& pair, Flavour flavour) {
    SendAroundAnUrgentByte(kernel, pair, flavour);
    Watch watch(kernel, pair.ours(), kMaskWithPriority);
    REQUIRE((watch.Now() & kEpollPriority) != 0);
    for (int arrival = 0; arrival < 3; ++arrival) {
      SendWhole(kernel, pair.peer(), "x");
      CHECK((watch.Next() & kEpollPriority) != 0);
    }
    REQUIRE(DrainNow(kernel, pair.ours()).error == Error::kWouldBlock);
    SendWhole(kernel, pair.peer(), "x");
    CHECK(watch.Next() == (kEpollIn | kEpollOut));
  });
}

KERNEL_FACT(LoneUrgentByte,
            "a lone urgent byte is an edge; unless inline, TCP shows PRI and nothing to read") {
  ForEachFlavour(kernel, [&](SocketPair& pair, Flavour flavour) {
    Watch watch(kernel, pair.ours(), kMaskWithPriority);
    REQUIRE(watch.Now() == kEpollOut);
    SendUrgentByte(kernel, pair.peer());
    const EpollMask mask = watch.Next();
    CHECK((mask & kEpollPriority) != 0);
    if (flavour.urgent == Urgent::kInline) {
      CHECK((mask & kEpollIn) != 0);
      CHECK(ReceiveOnce(kernel, pair.ours()) == "u");
      return;
    }
    if (flavour.family != AddressFamily::kUnix) CHECK((mask & kEpollIn) == 0);
    const Remainder rest = DrainNow(kernel, pair.ours());
    CHECK(rest.bytes == 0);
    CHECK(rest.error == Error::kWouldBlock);
  });
}

KERNEL_FACT(SecondUrgentByte, "a second urgent byte makes the first an ordinary one; PRI stays") {
  ForEachFlavour(kernel, [&](SocketPair& pair, Flavour flavour) {
    SendAroundAnUrgentByte(kernel, pair, flavour);
    SendAroundAnUrgentByte(kernel, pair, flavour);
    Watch watch(kernel, pair.ours(), kMaskWithPriority);
    CHECK((watch.Now() & kEpollPriority) != 0);
    // What is lost, if anything, is one urgent byte; how the reads are cut is the kernel's affair.
    const Remainder all = DrainNow(kernel, pair.ours());
    CHECK(all.bytes == (flavour.urgent == Urgent::kInline ? 10 : 9));
    CHECK(all.error == Error::kWouldBlock);
  });
}

KERNEL_FACT(
    PassedDescriptorCutsTheRead,
    "on AF_UNIX a message that carried descriptors cuts a read short, and no mask shows it") {
  SocketPair pair(kernel, {.family = AddressFamily::kUnix});
  REQUIRE(raw::SendWithDescriptor(kernel, pair.peer(), "ab", pair.peer()).bytes() == 2);
  SendWhole(kernel, pair.peer(), "cd");
  Watch watch(kernel, pair.ours(), kMaskWithPriority);
  CHECK(watch.Now() == (kEpollIn | kEpollOut));
  CHECK(ReceiveOnce(kernel, pair.ours()) == "ab");
  CHECK(watch.Wait(kQuiet).empty());
  CHECK(kernel.PollNow(pair.ours(), kEpollIn) == kEpollIn);
  CHECK(ReceiveOnce(kernel, pair.ours()) == "cd");
}

KERNEL_FACT(PassedDescriptorIsDropped, "a descriptor that nobody asked for is not installed") {
  SocketPair pair(kernel, {.family = AddressFamily::kUnix});
  const Handle lowest = OwnedHandle(kernel, kernel.OpenPlaceholder()).get();
  REQUIRE(raw::SendWithDescriptor(kernel, pair.peer(), "ab", pair.peer()).bytes() == 2);
  REQUIRE(ReceiveOnce(kernel, pair.ours()) == "ab");
  CHECK(OwnedHandle(kernel, kernel.OpenPlaceholder()).get() == lowest);
}

namespace {

// The reader that takes a short read for a drained socket while PRI and RDHUP were not seen. It
// answers each batch (which ends with 'E') by one byte; a lost edge is a batch never answered.
class ShortcutReader {
 public:
  ShortcutReader(Kernel& kernel, SocketPair& pair)
      : kernel_(kernel), pair_(pair), watch_(kernel, pair.ours(), kMaskWithPriority) {}

  // Reads until `batches` have ended; false if the wait for an event ran out before.
  bool Read(int batches, Duration patience) {
    while (ended_ < batches) {
      const std::vector<Report> reports = watch_.Wait(patience);
      if (reports.empty()) return false;
      if ((reports.front().mask & (kEpollPriority | kEpollPeerFinished)) != 0) certain_ = true;
      if ((reports.front().mask & (kEpollIn | kEpollPriority)) != 0) ReadUntilDrained();
    }
    return true;
  }
  int shortcuts() const { return shortcuts_; }
  int detours() const { return detours_; }

 private:
  void ReadUntilDrained() {
    char buffer[4096];
    while (true) {
      const IoResult got = kernel_.Receive(pair_.ours(), buffer);
      if (got.would_block()) {
        if (certain_) ++detours_;
        certain_ = false;
        return;
      }
      REQUIRE(got.ok());
      for (std::size_t i = 0; i < got.bytes(); ++i) {
        if (buffer[i] != 'E') continue;
        ++ended_;
        SendWhole(kernel_, pair_.ours(), "k");
      }
      if (got.bytes() < sizeof(buffer) && !certain_) {
        ++shortcuts_;
        return;
      }
    }
  }

  Kernel& kernel_;
  SocketPair& pair_;
  Watch watch_;
  bool certain_ = false;  // whether only EAGAIN counts as drained
  int ended_ = 0;
  int shortcuts_ = 0;
  int detours_ = 0;
};

// Sends batches of ordinary and urgent bytes, each after the answer to the one before. Threading:
// runs beside the test's thread, so it asserts nothing. False if an answer did not come.
bool SendBatches(Kernel& kernel, Handle handle, int batches, unsigned seed) {
  std::mt19937 random(seed);
  const HandleResult epoll = kernel.OpenEpoll();
  bool fine =
      epoll.ok() && kernel.EpollAdd(epoll.handle(), handle, kEpollIn, nullptr) == Error::kNone;
  for (int batch = 0; fine && batch < batches; ++batch) {
    const unsigned pieces = 1 + random() % 4;
    for (unsigned piece = 0; fine && piece < pieces; ++piece) {
      const std::string bytes(1 + random() % 40, 'x');
      const bool is_urgent = random() % 3 == 0;
      fine = (is_urgent ? raw::SendUrgent(kernel, handle, bytes) : kernel.Send(handle, bytes)).ok();
    }
    fine = fine && kernel.Send(handle, std::string_view("E")).ok();
    EpollEvent event;
    char answer;
    fine = fine && kernel.EpollWait(epoll.handle(), {&event, 1}, kPatience).ok() &&
           kernel.Receive(handle, {&answer, 1}).ok();
  }
  if (epoll.ok()) (void)kernel.Close(epoll.handle());
  return fine;
}

}  // namespace

KERNEL_FACT(
    ShortcutHoldsUnderLoad,
    "while neither PRI nor RDHUP was seen, a short read means drained (no descriptors passed)") {
  constexpr int kBatches = 3000;
  ForEachFlavour(kernel, [&](SocketPair& pair, Flavour) {
    REQUIRE(kernel.SetOption(pair.peer(), SocketOption::kSendBuffer, 100'000) == Error::kNone);
    (void)kernel.SetOption(pair.peer(), SocketOption::kNoDelay, 1);
    const auto seed = static_cast<unsigned>(kernel.Random());
    CAPTURE(seed);
    std::atomic<bool> answered{false};
    ShortcutReader reader(kernel, pair);
    bool all_read = false;
    kernel.RunThreads(2, [&](std::size_t thread) {
      if (thread == 0) {
        all_read = reader.Read(kBatches, kPatience);
      } else {
        answered = SendBatches(kernel, pair.peer(), kBatches, seed);
      }
    });
    CHECK(all_read);
    CHECK(answered);
    CHECK(reader.shortcuts() > 0);
    CHECK(reader.detours() > 0);
  });
}

}  // namespace edgewise::kernel_test
