// Epoll's vocabulary, laid out as the kernel lays it out, without the kernel's header.
#pragma once

#include <cstdint>

namespace edgewise {

// Bits of an epoll mask. The values are those of <sys/epoll.h>; linux_kernel.cc asserts it.
using EpollMask = std::uint32_t;
// EPOLLIN.
inline constexpr EpollMask kEpollIn = 0x001;
inline constexpr EpollMask kEpollPriority = 0x002;  // urgent (out-of-band) data
// EPOLLOUT, EPOLLERR, EPOLLHUP:
inline constexpr EpollMask kEpollOut = 0x004;
inline constexpr EpollMask kEpollError = 0x008;
inline constexpr EpollMask kEpollHangup = 0x010;
inline constexpr EpollMask kEpollPeerFinished = 0x2000;  // EPOLLRDHUP
// EPOLLEXCLUSIVE: wakes one of those who wait. EPOLLET: edges only:
inline constexpr EpollMask kEpollExclusive = 1u << 28;
inline constexpr EpollMask kEpollEdge = 1u << 31;

// One report of epoll_wait: what is ready, and the tag given at registration. Packed where the
// kernel packs it, so that an array of these is filled in place.
struct
#if defined(__x86_64__)
    __attribute__((packed))
#endif
    EpollEvent {
  // What is ready; and what EpollAdd was given:
  EpollMask mask;
  void* tag;
#if !defined(__LP64__)
  // The kernel's tag has 64 bits everywhere.
  std::uint32_t tag_high;
#endif
};

}  // namespace edgewise
