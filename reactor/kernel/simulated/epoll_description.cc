// The ready list.
#include "reactor/kernel/simulated/epoll_description.h"

#include <algorithm>
#include <iterator>

namespace edgewise::sim {
namespace {

constexpr EpollMask kOneShot = 1u << 30;
constexpr EpollMask kPrivate = kEpollEdge | kEpollExclusive | kOneShot | 1u << 29;
constexpr EpollMask kAlways = kEpollError | kEpollHangup;
// EP_MAX_NESTS.
constexpr int kNestsMax = 4;
// What an exclusive registration may ask for.
constexpr EpollMask kWithExclusive = kEpollIn | kEpollOut | kAlways | kEpollEdge | kEpollExclusive;

EpollMask Wanted(const EpollItem& item) { return (item.mask & ~kPrivate) | kAlways; }

EpollMask PresentMask(const EpollItem& item) { return item.file->Poll() & Wanted(item); }

}  // namespace

void Description::Wake(EpollMask key) {
  bool exclusive_done = false;
  for (EpollItem& item : items_) {
    const EpollMask wanted = (item.mask & ~kPrivate) | kAlways;
    // One-shot items that have fired want nothing at all.
    if ((item.mask & ~kPrivate) == 0 && (item.mask & kOneShot) != 0) continue;
    if (key != 0 && (key & wanted) == 0) continue;
    const bool is_exclusive = (item.mask & kEpollExclusive) != 0;
    if (is_exclusive && exclusive_done) continue;
    exclusive_done |= is_exclusive && item.epoll->HasWaiter();
    item.epoll->Link(item);
  }
}

EpollDescription::~EpollDescription() { EpollDescription::Released(); }

void EpollDescription::Released() {
  ready_.clear();
  for (auto& [key, item] : items_) item->file->items_.erase(item->file->items_.iterator_to(*item));
  items_.clear();
}

void EpollDescription::Link(EpollItem& item) {
  if (!item.linked) {
    item.linked = true;
    ready_.push_back(item);
  }
  waiters_.WakeWaiters(*this);
  Wake(kEpollIn);
}

void EpollDescription::Unlink(EpollItem& item) {
  if (!item.linked) return;
  item.linked = false;
  ready_.erase(ready_.iterator_to(item));
}

void EpollDescription::LinkIfReady(EpollItem& item) {
  // One that is in the list already wakes nobody (ep_modify).
  if (PresentMask(item) != 0 && !item.linked) Link(item);
}

EpollItem* EpollDescription::Find(Description& file, Handle handle) {
  for (auto it = items_.lower_bound({handle, 0}); it != items_.end(); ++it) {
    if (it->first.first != handle) break;
    if (it->second->file == &file) return it->second.get();
  }
  return nullptr;
}

Error EpollDescription::Add(Description& file, Handle handle, EpollMask mask, void* tag) {
  const bool is_exclusive = (mask & kEpollExclusive) != 0;
  if (is_exclusive && ((mask & ~kWithExclusive) != 0 || file.kind() == Kind::kEpoll)) {
    return Error::kInvalid;
  }
  if (file.kind() == Kind::kEpoll && MakesLoop(static_cast<EpollDescription&>(file))) {
    return Error::kLinkLoop;
  }
  if (Find(file, handle) != nullptr) return Error::kExists;
  auto item = std::make_unique<EpollItem>();
  item->epoll = this;
  item->file = &file;
  item->handle = handle;
  item->mask = mask;
  item->tag = tag;
  EpollItem& added = *item;
  items_.emplace(Key{handle, made_++}, std::move(item));
  // The kernel's wait queue: the newest first, the exclusive ones last.
  if (is_exclusive) {
    file.items_.push_back(added);
  } else {
    file.items_.push_front(added);
  }
  LinkIfReady(added);
  return Error::kNone;
}

int EpollDescription::DepthBelow(const EpollDescription& from) const {
  int depth = 0;
  for (const auto& [key, item] : items_) {
    if (item->file->kind() != Kind::kEpoll) continue;
    const auto& below = static_cast<const EpollDescription&>(*item->file);
    depth = std::max(depth, 1 + (&below == &from ? kNestsMax : below.DepthBelow(from)));
  }
  return depth;
}

int EpollDescription::DepthAbove() const {
  int depth = 0;
  for (const EpollItem& item : Description::items_)
    depth = std::max(depth, 1 + item.epoll->DepthAbove());
  return depth;
}

bool EpollDescription::MakesLoop(const EpollDescription& watched) const {
  return watched.DepthBelow(*this) + 1 + DepthAbove() > kNestsMax;
}

Error EpollDescription::Modify(Description& file, Handle handle, EpollMask mask, void* tag) {
  if ((mask & kEpollExclusive) != 0) return Error::kInvalid;
  EpollItem* item = Find(file, handle);
  if (item == nullptr) return Error::kNotFound;
  if ((item->mask & kEpollExclusive) != 0) return Error::kInvalid;
  item->mask = mask;
  item->tag = tag;
  LinkIfReady(*item);
  return Error::kNone;
}

Error EpollDescription::Remove(Description& file, Handle handle) {
  EpollItem* item = Find(file, handle);
  if (item == nullptr) return Error::kNotFound;
  file.items_.erase(file.items_.iterator_to(*item));
  Forget(*item);
  return Error::kNone;
}

void EpollDescription::ForgetFile(Description& file) {
  while (!file.items_.empty()) {
    EpollItem& item = file.items_.front();
    file.items_.pop_front();
    item.epoll->Forget(item);
  }
}

bool EpollDescription::Outlives(const Description& file, Handle handle) {
  if (file.descriptors_ < 2) return false;
  return std::any_of(file.items_.begin(), file.items_.end(),
                     [handle](const EpollItem& item) { return item.handle == handle; });
}

void EpollDescription::Forget(EpollItem& item) {
  Unlink(item);
  for (auto it = items_.lower_bound({item.handle, 0}); it != items_.end(); ++it) {
    if (it->second.get() != &item) continue;
    items_.erase(it);
    return;
  }
}

// An event that tells nothing new: some unlinked item is reported as it is.
void EpollDescription::MaybeRepeat(Chooser& chooser) {
  if (items_.empty() || chooser.Choose(ChoicePoint::kSpuriousEvent, 2) == 0) return;
  const std::uint32_t steps =
      chooser.Choose(ChoicePoint::kSpuriousEvent, static_cast<std::uint32_t>(items_.size()));
  auto it = items_.begin();
  std::advance(it, steps);
  // Only what was reported before can be repeated; a descriptor of the reactor's own, too.
  if (it->second->reported && !it->second->linked && PresentMask(*it->second) != 0) {
    it->second->linked = true;
    ready_.push_back(*it->second);
  }
}

std::size_t EpollDescription::Collect(
    std::span<EpollEvent> into, Chooser& chooser,
    absl::FunctionRef<void(const EpollItem&, EpollMask)> reported) {
  MaybeRepeat(chooser);
  Ready taken;
  taken.splice(taken.end(), ready_);
  std::size_t count = 0;
  while (!taken.empty() && count < into.size()) {
    EpollItem& item = taken.front();
    taken.pop_front();
    item.linked = false;
    const EpollMask mask = item.file->Report() & Wanted(item);
    if (mask == 0) continue;
    item.reported = true;
    reported(item, mask);
    into[count++] = EpollEvent{.mask = mask, .tag = item.tag};
    if ((item.mask & kOneShot) != 0) {
      item.mask &= kPrivate;
    } else if ((item.mask & kEpollEdge) == 0) {
      item.linked = true;
      ready_.push_back(item);
    }
  }
  // What is left over goes back in front.
  ready_.splice(ready_.begin(), taken);
  return count;
}

// To be polled takes out of the list what is not ready after all (__ep_eventpoll_poll).
EpollMask EpollDescription::Poll() {
  while (!ready_.empty()) {
    if (PresentMask(ready_.front()) != 0) return kEpollIn;
    Unlink(ready_.front());
  }
  return 0;
}

}  // namespace edgewise::sim
