// ConnectionRef: the weak name of a connection, for other threads and for later.
#pragma once

#include <compare>
#include <cstdint>
#include <utility>

#include "reactor/kernel/io_result.h"

namespace edgewise {

// Names one connection among all that a server ever has: a descriptor number alone is reused at
// once, and each worker counts generations by itself. A value; it keeps nothing alive, may be
// copied to any thread, and is a key for ordered maps and absl's hash maps. Server::Post runs a
// task with the connection if it is still there; in the thread of its own reactor,
// ConnectionTable::Find does the same at once.
struct ConnectionRef {
  // The descriptor's number, and which of its users is meant. As they are here they name none:
  Handle handle = kNoHandle;
  std::uint32_t generation = 0;
  std::uint32_t worker = 0;  // its index in the server; 0 where there is none

  friend auto operator<=>(const ConnectionRef&,
                          const ConnectionRef&) =
      default;  // NOLINT(modernize-use-nullptr): its bug
  // For absl's hash maps.
  template <typename Hash>
  friend Hash AbslHashValue(Hash hash, const ConnectionRef& ref) {
    return Hash::combine(std::move(hash), ref.handle, ref.generation, ref.worker);
  }
};

}  // namespace edgewise
