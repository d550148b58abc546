// The three system calls that every request makes, as short as they can be.
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>

#include "reactor/kernel/sanitizer.h"

// The C library's recv, send and epoll_wait look for a thread that wants to be cancelled and move
// the error into errno, from where it would be fetched again: half of what a call costs on this
// side of the kernel. What the kernel itself answers, a count or the negative of an error number,
// is what an IoResult holds. Not under the sanitizers, which follow memory through the library's
// functions, nor with -Ddirect_calls=false, for tools that put themselves in their place
// (decisions/0011).
#if defined(EDGEWISE_DIRECT_CALLS) && defined(__x86_64__) && defined(__LP64__) && \
    !EDGEWISE_ASAN && !EDGEWISE_TSAN && !EDGEWISE_MSAN
#define EDGEWISE_ENTERS_KERNEL 1
#else
#define EDGEWISE_ENTERS_KERNEL 0
#endif

namespace edgewise {

// Each answers a count, or the negative of an error number. Threading: any. Ownership: none.
struct HotCalls {
#if EDGEWISE_ENTERS_KERNEL

  // The x86-64 convention: number and answer in rax, arguments in rdi, rsi, rdx, r10, r8 and r9;
  // rcx and r11 are lost. The two of an address (r8, r9) are null.
  static long Transfer(long number, int handle, const void* bytes, std::size_t size, int flags) {
    register int r10 asm("r10") = flags;
    register const void* r8 asm("r8") = nullptr;
    register const void* r9 asm("r9") = nullptr;
    asm volatile("syscall"
                 : "+a"(number)
                 : "D"(handle), "S"(bytes), "d"(size), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return number;
  }

  static long Receive(int handle, char* into, std::size_t size) {
    return Transfer(SYS_recvfrom, handle, into, size, 0);
  }
  static long Send(int handle, const char* bytes, std::size_t size) {
    return Transfer(SYS_sendto, handle, bytes, size, MSG_NOSIGNAL);
  }
  static long EpollWait(int epoll, epoll_event* into, int capacity, int milliseconds) {
    long number = SYS_epoll_wait;
    register int r10 asm("r10") = milliseconds;
    asm volatile("syscall"
                 : "+a"(number)
                 : "D"(epoll), "S"(into), "d"(capacity), "r"(r10)
                 : "rcx", "r11", "memory");
    return number;
  }

#else

  static long CountOrError(long answer) { return answer >= 0 ? answer : -errno; }

  static long Receive(int handle, char* into, std::size_t size) {
    return CountOrError(recv(handle, into, size, 0));
  }
  static long Send(int handle, const char* bytes, std::size_t size) {
    return CountOrError(send(handle, bytes, size, MSG_NOSIGNAL));
  }
  static long EpollWait(int epoll, epoll_event* into, int capacity, int milliseconds) {
    return CountOrError(epoll_wait(epoll, into, capacity, milliseconds));
  }

#endif
};

}  // namespace edgewise
