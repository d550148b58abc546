// What a registration belongs to: the open file description and the number, not the number alone.
#include <array>
#include <vector>

#include "test/kernel/fact.h"
#include "test/kernel/raw.h"
#include "test/kernel/socket_pair.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {

KERNEL_FACT(LowestNumberIsReused,
            "a closed number is given to the next descriptor that is opened") {
  OwnedHandle first(kernel, kernel.OpenPlaceholder());
  OwnedHandle second(kernel, kernel.OpenPlaceholder());
  const Handle number = first.get();
  first.Close();
  OwnedHandle third(kernel, kernel.OpenPlaceholder());
  CHECK(third.get() == number);
}

KERNEL_FACT(StaleEventWithinABatch,
            "a number closed and accepted again within one batch gets the old socket's event") {
  Listener listener(kernel);
  OwnedHandle first_peer = listener.Connect();
  OwnedHandle first = listener.Accept();
  OwnedHandle second_peer = listener.Connect();
  OwnedHandle second = listener.Accept();
  OwnedHandle third_peer = listener.Connect();
  Watch watch(kernel);
  watch.Add(first.get(), kReadMask);
  watch.Add(second.get(), kReadMask);
  SendWhole(kernel, first_peer.get(), "1");
  SendWhole(kernel, second_peer.get(), "2");
  AwaitReady(kernel, first.get(), kEpollIn);
  AwaitReady(kernel, second.get(), kEpollIn);
  const std::vector<Report> batch = watch.Wait(Duration::zero());
  REQUIRE(batch.size() == 2);
  // The handler of the first event closes the second connection, then accepts a third one.
  const Handle number = second.get();
  watch.Remove(number);
  second.Close();
  OwnedHandle third = listener.Accept();
  REQUIRE(third.get() == number);
  const bool is_named = batch[0].handle == number || batch[1].handle == number;
  CHECK(is_named);
  CHECK(kernel.PollNow(third.get(), kEpollIn) == 0);
}

KERNEL_FACT(CloseEndsTheRegistration,
            "the close of the only descriptor takes its undelivered event away") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  SendWhole(kernel, pair.peer(), "undelivered");
  AwaitReady(kernel, pair.ours(), kEpollIn);
  pair.CloseOurs();
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(RemoveTakesTheEventAway, "EpollRemove takes an undelivered event away") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  SendWhole(kernel, pair.peer(), "undelivered");
  AwaitReady(kernel, pair.ours(), kEpollIn);
  watch.Remove(pair.ours());
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(DupKeepsTheRegistration,
            "with a dup alive, events go on after close, and removing the number is EBADF") {
  SocketPair pair(kernel);
  OwnedHandle copy(kernel, kernel.Duplicate(pair.ours()));
  const Handle number = pair.ours();
  Watch watch(kernel, number, kReadMask);
  pair.CloseOurs();
  SendWhole(kernel, pair.peer(), "still there");
  CHECK(watch.Wait(kPatience) == std::vector<Report>{{number, kEpollIn}});
  CHECK(kernel.EpollRemove(watch.epoll(), number) == Error::kBadHandle);
  // A new socket with the same number is a registration of its own, beside the orphan.
  SocketPair other(kernel);
  watch.Add(other.ours(), kReadMask);
  SendWhole(kernel, pair.peer(), "and again");
  CHECK(watch.Wait(kPatience) == std::vector<Report>{{number, kEpollIn}});
  // The last descriptor of the description takes the orphan with it, undelivered event and all.
  SendWhole(kernel, pair.peer(), "undelivered");
  AwaitAcknowledged(kernel, pair.peer());
  copy.Close();
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(RemoveBeforeClose, "EpollRemove before close ends the events whatever dups are alive") {
  SocketPair pair(kernel);
  OwnedHandle copy(kernel, kernel.Duplicate(pair.ours()));
  Watch watch(kernel, pair.ours(), kReadMask);
  watch.Remove(pair.ours());
  pair.CloseOurs();
  SendWhole(kernel, pair.peer(), "unheard");
  AwaitReady(kernel, copy.get(), kEpollIn);
  CHECK(watch.Now() == 0);
}

LINUX_FACT(InheritedKeepsTheRegistration,
           "a forked child that lives keeps the registration alive") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kReadMask);
  const Handle number = pair.ours();
  // The child closes the number: its own only. The parent's registration is untouched.
  REQUIRE(raw::RunInChild([&] { return static_cast<int>(kernel.Close(number)); }) == 0);
  SendWhole(kernel, pair.peer(), "still there");
  CHECK(watch.Wait(kPatience) == std::vector<Report>{{number, kEpollIn}});
}

KERNEL_FACT(DupIsARegistrationOfItsOwn,
            "a dup can be registered beside the original; both report") {
  SocketPair pair(kernel);
  OwnedHandle copy(kernel, kernel.Duplicate(pair.ours()));
  Watch watch(kernel);
  watch.Add(pair.ours(), kReadMask);
  watch.Add(copy.get(), kReadMask);
  SendWhole(kernel, pair.peer(), "both");
  AwaitReady(kernel, pair.ours(), kEpollIn);
  CHECK(watch.Wait(kPatience).size() == 2);
}

LINUX_FACT(RefusedRegistrations, "each misuse of a registration has an error of its own") {
  SocketPair pair(kernel);
  Watch watch(kernel);
  const Handle epoll = watch.epoll();
  CHECK(kernel.EpollModify(epoll, pair.ours(), kReadMask, nullptr) == Error::kNotFound);
  CHECK(kernel.EpollRemove(epoll, pair.ours()) == Error::kNotFound);
  CHECK(kernel.EpollAdd(epoll, pair.ours(), kReadMask, nullptr) == Error::kNone);
  CHECK(kernel.EpollAdd(epoll, pair.ours(), kReadMask, nullptr) == Error::kExists);
  CHECK(kernel.EpollAdd(epoll, epoll, kReadMask, nullptr) == Error::kInvalid);
  CHECK(kernel.EpollAdd(epoll, kNoHandle, kReadMask, nullptr) == Error::kBadHandle);
  CHECK(kernel.EpollAdd(pair.ours(), pair.peer(), kReadMask, nullptr) == Error::kInvalid);
  OwnedHandle file(kernel, raw::OpenRegularFile());
  CHECK(kernel.EpollAdd(epoll, file.get(), kEpollIn, nullptr) == Error::kNotPermitted);
}

KERNEL_FACT(ExclusiveAllowsLittle,
            "EPOLLEXCLUSIVE goes with ET, not with RDHUP, ONESHOT or a later MOD") {
  Listener listener(kernel);
  Watch watch(kernel);
  const auto add = [&](EpollMask mask) {
    return kernel.EpollAdd(watch.epoll(), listener.get(), mask | kEpollExclusive, nullptr);
  };
  CHECK(add(kEpollIn | kEpollPeerFinished) == Error::kInvalid);
  CHECK(add(kEpollIn | raw::kEpollOneShot) == Error::kInvalid);
  CHECK(add(kEpollIn | kEpollPriority) == Error::kInvalid);
  CHECK(add(kEpollIn | kEpollEdge) == Error::kNone);
  CHECK(kernel.EpollModify(watch.epoll(), listener.get(), kEpollIn, nullptr) == Error::kInvalid);
  CHECK(kernel.EpollRemove(watch.epoll(), listener.get()) == Error::kNone);
}

KERNEL_FACT(ExclusiveCannotBeAdded, "a registration cannot become exclusive later") {
  Listener listener(kernel);
  Watch watch(kernel, listener.get(), kEpollIn);
  CHECK(kernel.EpollModify(watch.epoll(), listener.get(), kEpollIn | kEpollExclusive, nullptr) ==
        Error::kInvalid);
}

KERNEL_FACT(ExclusiveReports, "an exclusive edge-triggered registration reports each connection") {
  Listener listener(kernel);
  Watch watch(kernel, listener.get(), kEpollIn | kEpollEdge | kEpollExclusive);
  for (int round = 0; round < 2; ++round) {
    OwnedHandle client = listener.Connect();
    CHECK(watch.Next() == kEpollIn);
    CHECK(watch.Now() == 0);
    OwnedHandle server = listener.Accept();
  }
}

KERNEL_FACT(EpollCanBePolled, "an epoll descriptor is itself readable while it has an event") {
  SocketPair pair(kernel);
  Watch inner(kernel, pair.ours(), kReadMask);
  Watch outer(kernel, inner.epoll(), kEpollIn);
  CHECK(outer.Now() == 0);
  SendWhole(kernel, pair.peer(), "nested");
  CHECK(outer.Next() == kEpollIn);
  CHECK(inner.Next() == kEpollIn);
  CHECK(outer.Now() == 0);
}

}  // namespace edgewise::kernel_test
