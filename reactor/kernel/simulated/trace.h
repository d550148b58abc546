// Trace: the calls that were made, as a number that two runs can be compared by, and the last of
// them as text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "reactor/kernel/io_result.h"
#include "reactor/kernel/simulated/threads.h"
#include "reactor/kernel/time.h"

namespace edgewise::sim {

// Threading: that of its world.
class Trace {
 public:
  // `call` lives for ever. `answer`: a count or a descriptor, or the negative of an error number.
  void Add(Time when, std::size_t thread, const char* call, Handle handle, std::int64_t answer) {
    Entry& entry = entries_[count_++ % entries_.size()];
    entry = {when, thread, call, handle, answer};
    Mix(static_cast<std::uint64_t>(when.time_since_epoch().count()));
    Mix(static_cast<std::uint64_t>(thread) << 32 | static_cast<std::uint32_t>(handle));
    Mix(static_cast<std::uint64_t>(answer) ^ static_cast<std::uint64_t>(call[0]) << 56 ^
        static_cast<std::uint64_t>(call[1]) << 48);
  }
  // Of all calls so far; the same run has the same.
  std::uint64_t hash() const { return hash_; }
  // How many were added.
  std::uint64_t calls() const { return count_; }
  // One line for each of the last calls, the oldest first, with the name of who made it. Pairs of
  // calls that repeat are told once.
  std::string Last(std::size_t lines, const Threads& threads) const;

 private:
  struct Entry {
    Time when;
    std::size_t thread = 0;
    const char* call = nullptr;
    Handle handle = kNoHandle;
    std::int64_t answer = 0;
  };
  static constexpr std::size_t kKept = 256;

  void Mix(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9fb21c651e98df25;
    hash_ ^= hash_ >> 32;
  }

  std::uint64_t hash_ = 0x243f6a8885a308d3;
  std::uint64_t count_ = 0;
  std::array<Entry, kKept> entries_{};
};

}  // namespace edgewise::sim
