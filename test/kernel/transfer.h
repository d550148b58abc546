// Moving bytes in tests, and awaiting what the kernel does on its own time.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "reactor/kernel/kernel.h"

namespace edgewise::kernel_test {

// How long a test waits for what must come; reached only when it fails.
inline constexpr Duration kPatience = std::chrono::seconds(10);
// How long a test waits for what must not come, where the kernel might act on its own (a delayed
// acknowledgement takes up to 40 ms).
inline constexpr Duration kQuiet = std::chrono::milliseconds(150);

// Each of these fails the running test when it cannot do its work.

// Waits until a level-triggered look shows one of `mask` (or ERR or HUP); the answer is all of it.
EpollMask AwaitReady(Kernel& kernel, Handle handle, EpollMask mask);

// Waits until the peer's kernel has acknowledged all that was sent.
void AwaitAcknowledged(Kernel& kernel, Handle handle);

// Waits until all that was sent is in the peer's receive queue. (AF_UNIX puts it there at once.)
void AwaitDelivered(Kernel& kernel, Handle handle, AddressFamily family);

// Sends all of `bytes` in one call.
void SendWhole(Kernel& kernel, Handle handle, std::string_view bytes);

// Sends until the kernel accepts no more, although it had kQuiet to make room. The bytes accepted.
std::size_t FillToTheBrim(Kernel& kernel, Handle handle);

// One recv of at most `bytes_max`.
std::string ReceiveOnce(Kernel& kernel, Handle handle, std::size_t bytes_max = 65536);

// Receives exactly `count` bytes, waiting for them.
void ReceiveExactly(Kernel& kernel, Handle handle, std::size_t count);

// What a stream still held, and how it ended.
struct Remainder {
  std::size_t bytes = 0;
  Error error = Error::kNone;  // kNone: the end of the stream; kWouldBlock: it goes on
};
// Receives until there is nothing more now.
Remainder DrainNow(Kernel& kernel, Handle handle);
// Receives until the stream has ended or failed, waiting as needed.
Remainder ReceiveToEnd(Kernel& kernel, Handle handle);

}  // namespace edgewise::kernel_test
