// Readiness: what a descriptor can do without blocking, as the reactor remembers it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "reactor/kernel/epoll_event.h"

namespace edgewise {

// A set of readiness bits. The kernel reports rising edges only; these bits are the level that the
// edges imply, kept in each handler until an upcall has seen the falling edge (EAGAIN).
using Readiness = std::uint8_t;

// The empty set.
inline constexpr Readiness kNothing = 0;
// Directions: an upcall can be had for these (interest in them can be selected):
inline constexpr Readiness kReadable = 1;
inline constexpr Readiness kWritable = 2;
// An error is pending. Always of interest, so that it is consumed even while reading is held.
inline constexpr Readiness kBroken = 4;
// Hints: true of the descriptor, never a reason for an upcall by themselves.
inline constexpr Readiness kPeerFinished = 8;  // the peer will send no more; sticky
inline constexpr Readiness kUrgent = 16;       // urgent data queued: a short read proves nothing
inline constexpr Readiness kCutsReads = 32;    // a read may fall short at any time; sticky

namespace readiness_internal {

constexpr Readiness Imply(EpollMask mask) {
  Readiness ready = kNothing;
  if ((mask & (kEpollIn | kEpollPriority | kEpollPeerFinished | kEpollHangup | kEpollError)) != 0) {
    ready |= kReadable;
  }
  if ((mask & (kEpollOut | kEpollHangup | kEpollError)) != 0) ready |= kWritable;
  if ((mask & (kEpollPeerFinished | kEpollHangup)) != 0) ready |= kPeerFinished;
  if ((mask & kEpollPriority) != 0) ready |= kUrgent;
  if ((mask & kEpollError) != 0) ready |= kBroken;
  return ready;
}

// The six bits that matter, side by side: the five low ones, and EPOLLRDHUP brought down to the
// sixth. (The bits between, which would come down with it, are reported only where asked for.)
inline constexpr EpollMask kLowBits = 0x1f;
inline constexpr int kPeerFinishedShift = 8;
constexpr std::size_t IndexOf(EpollMask mask) {
  return (mask | (mask >> kPeerFinishedShift)) & (kLowBits | (kLowBits + 1));
}

inline constexpr auto kTable = [] {
  std::array<Readiness, 64> table{};
  for (EpollMask index = 0; index < table.size(); ++index) {
    const EpollMask high = (index << kPeerFinishedShift) & kEpollPeerFinished;
    table[index] = Imply((index & kLowBits) | high);
  }
  return table;
}();

}  // namespace readiness_internal

// What an epoll mask implies. An error or a hang-up makes both directions ready: the system call
// that finds out what happened is the judge, not the event.
constexpr Readiness ReadinessOf(EpollMask mask) {
  return readiness_internal::kTable[readiness_internal::IndexOf(mask)];
}

}  // namespace edgewise
