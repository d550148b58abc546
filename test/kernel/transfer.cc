// Bytes in, bytes out, and bounded waits.
#include "test/kernel/transfer.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "test/kernel/watch.h"

namespace edgewise::kernel_test {

EpollMask AwaitReady(Kernel& kernel, Handle handle, EpollMask mask) {
  Watch level(kernel, handle, mask);
  return level.Next();
}

void AwaitAcknowledged(Kernel& kernel, Handle handle) {
  Watch nothing(kernel);
  const Time deadline = kernel.MonotonicNow() + kPatience;
  while (true) {
    const IoResult pending = kernel.UnacknowledgedBytes(handle);
    REQUIRE(pending.ok());
    if (pending.bytes() == 0) return;
    REQUIRE(kernel.MonotonicNow() < deadline);
    (void)nothing.Wait(std::chrono::milliseconds(1));
  }
}

void AwaitDelivered(Kernel& kernel, Handle handle, AddressFamily family) {
  if (family != AddressFamily::kUnix) AwaitAcknowledged(kernel, handle);
}

void SendWhole(Kernel& kernel, Handle handle, std::string_view bytes) {
  const IoResult sent = kernel.Send(handle, bytes);
  INFO(ErrorText(sent.error()));
  REQUIRE(sent.ok());
  REQUIRE(sent.bytes() == bytes.size());
}

std::size_t FillToTheBrim(Kernel& kernel, Handle handle) {
  const std::vector<char> chunk(65536, 'f');
  std::size_t total = 0;
  // Acknowledgements may still make room, too little of it for an OUT event: full is only what is
  // still full after a quiet while.
  bool was_quiet = false;
  Watch room(kernel, handle, kEpollOut);
  while (true) {
    const IoResult sent = kernel.Send(handle, chunk);
    if (sent.ok()) {
      total += sent.bytes();
      was_quiet = false;
      continue;
    }
    REQUIRE(sent.would_block());
    if (was_quiet) return total;
    was_quiet = room.Wait(kQuiet).empty();
  }
}

std::string ReceiveOnce(Kernel& kernel, Handle handle, std::size_t bytes_max) {
  std::string bytes(bytes_max, '\0');
  const IoResult received = kernel.Receive(handle, bytes);
  INFO(ErrorText(received.error()));
  REQUIRE(received.ok());
  bytes.resize(received.bytes());
  return bytes;
}

void ReceiveExactly(Kernel& kernel, Handle handle, std::size_t count) {
  while (count > 0) {
    AwaitReady(kernel, handle, kEpollIn);
    const std::string bytes = ReceiveOnce(kernel, handle, count);
    REQUIRE_FALSE(bytes.empty());
    count -= bytes.size();
  }
}

Remainder DrainNow(Kernel& kernel, Handle handle) {
  std::vector<char> buffer(65536);
  Remainder remainder;
  while (true) {
    const IoResult received = kernel.Receive(handle, buffer);
    if (!received.ok() || received.bytes() == 0) {
      remainder.error = received.error();
      return remainder;
    }
    remainder.bytes += received.bytes();
  }
}

Remainder ReceiveToEnd(Kernel& kernel, Handle handle) {
  std::size_t total = 0;
  while (true) {
    AwaitReady(kernel, handle, kEpollIn);
    Remainder remainder = DrainNow(kernel, handle);
    total += remainder.bytes;
    if (remainder.error != Error::kWouldBlock) return {total, remainder.error};
  }
}

}  // namespace edgewise::kernel_test
