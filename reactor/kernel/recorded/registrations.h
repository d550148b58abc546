// Registrations: what a recording kernel puts in the place of the tags of epoll.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "reactor/kernel/io_result.h"

namespace edgewise {

// One for each EpollAdd that succeeded, with a number that tells it from all others that there are;
// the number is used again when it has been removed. A descriptor that is closed without having
// been removed keeps its own, since epoll may still report it (if it has a duplicate).
//
// Threading: one thread at a time. Ownership: of what stands in for tags.
class Registrations {
 public:
  // What is given to epoll as a tag. It does not move.
  struct Stand {
    void* tag = nullptr;  // the caller's
    // From 0; no other one that is in use has it.
    std::uint32_t number = 0;
  };

  Registrations() = default;
  Registrations(const Registrations&) = delete;
  Registrations& operator=(const Registrations&) = delete;

  // A new one, known by no descriptor yet: Keep it, or GiveUp.
  Stand& Make(void* tag) {
    if (free_.empty()) {
      all_.push_back({.number = static_cast<std::uint32_t>(all_.size())});
      free_.push_back(&all_.back());
    }
    Stand& stand = *free_.back();
    free_.pop_back();
    stand.tag = tag;
    return stand;
  }
  // From now on `stand` is what Find answers for the pair.
  void Keep(Stand& stand, Handle epoll, Handle handle) { by_handle_[{epoll, handle}] = &stand; }
  // Nothing refers to it any more: it may be made again.
  void GiveUp(Stand& stand) { free_.push_back(&stand); }
  // Null if there is none.
  Stand* Find(Handle epoll, Handle handle) const {
    const auto found = by_handle_.find({epoll, handle});
    return found == by_handle_.end() ? nullptr : found->second;
  }
  // Nothing if there is none.
  void Remove(Handle epoll, Handle handle) {
    const auto found = by_handle_.find({epoll, handle});
    if (found == by_handle_.end()) return;
    GiveUp(*found->second);
    by_handle_.erase(found);
  }

 private:
  std::deque<Stand> all_;
  std::vector<Stand*> free_;
  absl::flat_hash_map<std::pair<Handle, Handle>, Stand*> by_handle_;
};

}  // namespace edgewise
