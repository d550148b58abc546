// Epoll's vocabulary, laid out as the kernel lays it out, without the kernel's header.
#pragma once

#include <cstdint>

namespace edgewise {

// Bits of an epoll mask. The values are those of <sys/epoll.h>; linux_kernel.cc asserts it.
using EpollMask = std::uint32_t;
inline constexpr EpollMask kEpollIn = 0x001;
inline constexpr EpollMask kEpollPriority = 0x002;  // urgent (out-of-band) data
inline constexpr EpollMask kEpollOut = 0x004;
inline constexpr EpollMask kEpollError = 0x008;
inline constexpr EpollMask kEpollHangup = 0x010;
inline constexpr EpollMask kEpollPeerFinished = 0x2000;  // EPOLLRDHUP
inline constexpr EpollMask kEpollExclusive = 1u << 28;
inline constexpr EpollMask kEpollEdge = 1u << 31;

// One report of epoll_wait: what is ready, and the tag given at registration. Packed where the
// kernel packs it, so that an array of these is filled in place.
struct
#if defined(__x86_64__)
    __attribute__((packed))
#endif
    EpollEvent {
  EpollMask mask;
  void* tag;
#if !defined(__LP64__)
  std::uint32_t tag_high;
#endif
};

}  // namespace edgewise
