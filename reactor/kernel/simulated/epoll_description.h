// EpollDescription: an epoll instance, as fs/eventpoll.c has it.
//
// What makes epoll what it is: an item is put into the ready list when its file is woken, and taken
// out when it is reported; the mask that is reported is that of the moment of reporting, and if it
// is empty the item vanishes. So edges coalesce, an event may be gone when it is looked for, and an
// edge-triggered item is not heard of again before the next wake.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "absl/functional/function_ref.h"
#include "reactor/kernel/error.h"
#include "reactor/kernel/simulated/description.h"
#include "reactor/kernel/simulated/epoll_waiters.h"

namespace edgewise::sim {

class EpollDescription final : public Description {
 public:
  // `waiters` are told when something becomes ready; they must outlive it.
  explicit EpollDescription(EpollWaiters& waiters) : Description(Kind::kEpoll), waiters_(waiters) {}
  ~EpollDescription() override;

  // epoll_ctl(2): kExists, kNotFound, kInvalid and kLinkLoop as Linux answers them:
  Error Add(Description& file, Handle handle, EpollMask mask, void* tag);
  Error Modify(Description& file, Handle handle, EpollMask mask, void* tag);
  Error Remove(Description& file, Handle handle);
  // The last descriptor of `file` was closed: every registration of it ends.
  static void ForgetFile(Description& file);
  // `handle`, one of several descriptors of `file`, is registered: events would outlive it.
  static bool Outlives(const Description& file, Handle handle);
  // Puts what is ready into `into`, and tells `reported` of each; answers how many that is.
  std::size_t Collect(std::span<EpollEvent> into, Chooser& chooser,
                      absl::FunctionRef<void(const EpollItem&, EpollMask)> reported);

  EpollMask Poll() override;
  void Released() override;

  // Puts an item into the ready list.
  void Link(EpollItem& item);
  // A thread waits for it.
  bool HasWaiter() const { return waiters_.HasWaiter(*this); }

  // Every registration, in the order of descriptions' numbers.
  template <typename Function>
  void ForEachItem(Function function) {
    for (auto& [key, item] : items_) function(*item);
  }

 private:
  using Ready = boost::intrusive::list<
      EpollItem, boost::intrusive::member_hook<EpollItem, ItemHook, &EpollItem::ready_hook>,
      boost::intrusive::constant_time_size<false>>;
  // By the number first, so that a walk is the same in every run; two descriptions that had one
  // number are told apart by their age.
  using Key = std::pair<Handle, std::uint64_t>;

  // Instances that watch each other, in a circle or through too many (ep_loop_check).
  bool MakesLoop(const EpollDescription& watched) const;
  int DepthBelow(const EpollDescription& from) const;
  int DepthAbove() const;
  EpollItem* Find(Description& file, Handle handle);
  void Forget(EpollItem& item);
  void Unlink(EpollItem& item);
  void LinkIfReady(EpollItem& item);
  void MaybeRepeat(Chooser& chooser);

  EpollWaiters& waiters_;
  std::map<Key, std::unique_ptr<EpollItem>> items_;
  std::uint64_t made_ = 0;
  Ready ready_;
};

}  // namespace edgewise::sim
