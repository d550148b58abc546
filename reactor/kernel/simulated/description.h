// Description: what a descriptor stands for; the kernel's "open file description".
//
// A descriptor is a number in a process's table. Several numbers may stand for one description
// (dup), and epoll registers a pair of the two: so a registration outlives the number that it was
// made with as long as any other number stands for the description.
#pragma once

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <cstdint>

#include "reactor/kernel/epoll_event.h"
#include "reactor/kernel/io_result.h"
#include "reactor/kernel/simulated/timeline.h"

namespace edgewise::sim {

class Description;
class EpollDescription;

// For the lists that an EpollItem is in.
using ItemHook =
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>>;

// One registration with one epoll instance. The epoll instance owns it.
struct EpollItem {
  // The two that it connects. Never null once it was added:
  EpollDescription* epoll = nullptr;
  Description* file = nullptr;
  Handle handle = kNoHandle;  // the number that it was made with
  // What was asked for, with the flags, and what events are tagged with:
  EpollMask mask = 0;
  void* tag = nullptr;
  bool linked = false;    // in the list of what may be ready
  bool reported = false;  // at least once
  ItemHook ready_hook;    // in that list
  ItemHook file_hook;     // among the registrations of the description
};

// Threading: that of its world. Ownership: counted by descriptors, by what happens later, and by
// other descriptions.
class Description : public EventTarget {
 public:
  // What it is. Those before kFile can be watched.
  enum class Kind : std::uint8_t {
    kTcp,
    kUnix,
    kEpoll,
    kWakeup,
    kTimer,
    kSignals,
    kFile,
    kDirectory,
    kLog,
    kPlaceholder,
  };

  // With no descriptor yet.
  explicit Description(Kind kind) : kind_(kind) {}

  // What it is:
  Kind kind() const { return kind_; }
  bool is_socket() const { return kind_ == Kind::kTcp || kind_ == Kind::kUnix; }
  // Epoll takes it.
  bool can_be_watched() const { return kind_ < Kind::kFile; }
  // What a look says now, whatever was asked for.
  virtual EpollMask Poll() = 0;
  // What epoll reports of it now.
  virtual EpollMask Report() { return Poll(); }
  // The last descriptor was closed.
  virtual void Released() = 0;
  void HandleEvent(std::uint32_t, std::uint64_t) override {}

  // One number more stands for it.
  void AddDescriptor() { ++descriptors_; }
  // True: it was the last one.
  bool DropDescriptor() { return --descriptors_ == 0; }
  // What epoll and the reader of reports call it: the last number given to it.
  Handle number = kNoHandle;
  // Which process's it is.
  std::uint32_t process = 0;

 protected:
  // What the kernel does to its wait queue: `key` says what has changed, 0 that anything may have.
  void Wake(EpollMask key);

 private:
  friend class EpollDescription;  // its list of registrations
  using Items = boost::intrusive::list<
      EpollItem, boost::intrusive::member_hook<EpollItem, ItemHook, &EpollItem::file_hook>,
      boost::intrusive::constant_time_size<false>>;

  const Kind kind_;
  int descriptors_ = 0;
  Items items_;
};

}  // namespace edgewise::sim
