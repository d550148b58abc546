// Epoll instances that watch epoll instances, and what epoll does not take at all.
#include <array>
#include <deque>

#include "test/kernel/fact.h"
#include "test/kernel/owned_handle.h"
#include "test/kernel/raw.h"
#include "test/kernel/socket_pair.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {
namespace {

// Instances that nobody watches yet.
class Instances {
 public:
  explicit Instances(Kernel& kernel) : kernel_(kernel) {
    for (int i = 0; i < 8; ++i) instances_.emplace_back(kernel, kernel.OpenEpoll());
  }
  Handle Of(std::size_t i) const { return instances_[i].get(); }
  // `watcher` is to watch `watched`.
  Error Add(std::size_t watcher, std::size_t watched) {
    return kernel_.EpollAdd(Of(watcher), Of(watched), kEpollIn, nullptr);
  }

 private:
  Kernel& kernel_;
  std::deque<OwnedHandle> instances_;
};

}  // namespace

KERNEL_FACT(NestsDownwards, "a chain of five epoll instances can be made, and no longer one") {
  Instances upwards(kernel);
  Instances downwards(kernel);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(upwards.Add(i + 1, i) == Error::kNone);
    CHECK(downwards.Add(i, i + 1) == Error::kNone);
  }
  CHECK(upwards.Add(5, 4) == Error::kLinkLoop);
  CHECK(downwards.Add(4, 5) == Error::kLinkLoop);
  // Nor by joining two chains of three.
  Instances joined(kernel);
  for (const std::size_t i : {0u, 1u, 3u, 4u}) CHECK(joined.Add(i, i + 1) == Error::kNone);
  CHECK(joined.Add(2, 3) == Error::kLinkLoop);
}

KERNEL_FACT(NoCircles, "epoll instances do not watch one another in a circle, nor themselves") {
  Instances circle(kernel);
  CHECK(circle.Add(0, 1) == Error::kNone);
  CHECK(circle.Add(1, 2) == Error::kNone);
  CHECK(circle.Add(1, 0) == Error::kLinkLoop);
  CHECK(circle.Add(2, 0) == Error::kLinkLoop);
  CHECK(circle.Add(0, 0) == Error::kInvalid);
  CHECK(kernel.EpollAdd(circle.Of(3), circle.Of(4), kEpollIn | kEpollExclusive, nullptr) ==
        Error::kInvalid);
}

KERNEL_FACT(NestsTellUpwards,
            "what the lowest of three epoll instances has to report, all three do") {
  Instances chain(kernel);
  REQUIRE(chain.Add(1, 0) == Error::kNone);
  REQUIRE(chain.Add(2, 1) == Error::kNone);
  const OwnedHandle wakeup(kernel, kernel.OpenWakeup());
  REQUIRE(kernel.EpollAdd(chain.Of(0), wakeup.get(), kEpollIn, nullptr) == Error::kNone);
  const auto reports = [&](std::size_t i) {
    EpollEvent event;
    return kernel.EpollWait(chain.Of(i), {&event, 1}, Duration::zero()).bytes();
  };
  CHECK(reports(2) == 0);
  REQUIRE(kernel.Notify(wakeup.get()) == Error::kNone);
  for (const std::size_t i : {2u, 1u, 0u}) CHECK(reports(i) == 1);
  REQUIRE(kernel.ClearWakeup(wakeup.get()) == Error::kNone);
  for (const std::size_t i : {2u, 1u, 0u}) CHECK(reports(i) == 0);
}

KERNEL_FACT(OneShotFiresOnce, "a one-shot registration reports once, until it is modified") {
  SocketPair pair(kernel);
  Watch watch(kernel, pair.ours(), kEpollIn | raw::kEpollOneShot);
  SendWhole(kernel, pair.peer(), "one");
  CHECK(watch.Next() == kEpollIn);
  SendWhole(kernel, pair.peer(), "two");
  AwaitDelivered(kernel, pair.peer(), AddressFamily::kIpv4);
  CHECK(watch.Now() == 0);
  watch.Modify(pair.ours(), kEpollIn | raw::kEpollOneShot);
  CHECK(watch.Next() == kEpollIn);
  CHECK(watch.Now() == 0);
}

KERNEL_FACT(NoFilesInEpoll, "epoll takes no files, and takes nothing where there is no epoll") {
  const OwnedHandle epoll(kernel, kernel.OpenEpoll());
  const OwnedHandle file(kernel, kernel.OpenPlaceholder());
  const OwnedHandle wakeup(kernel, kernel.OpenWakeup());
  CHECK(kernel.EpollAdd(epoll.get(), file.get(), kEpollIn, nullptr) == Error::kNotPermitted);
  CHECK(kernel.EpollAdd(wakeup.get(), epoll.get(), kEpollIn, nullptr) == Error::kInvalid);
  CHECK(kernel.PollNow(file.get(), kEpollIn | kEpollOut) == (kEpollIn | kEpollOut));
  EpollEvent event;
  CHECK(kernel.EpollWait(wakeup.get(), {&event, 1}, Duration::zero()).error() == Error::kInvalid);
  CHECK(kernel.EpollWait(epoll.get(), {&event, 0}, Duration::zero()).error() == Error::kInvalid);
}

}  // namespace edgewise::kernel_test
