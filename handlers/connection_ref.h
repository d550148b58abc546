// ConnectionRef: the weak name of a connection, for other threads and for later.
#pragma once

#include <cstdint>

#include "reactor/kernel/io_result.h"

namespace edgewise {

// A descriptor number alone is reused at once; the generation tells its users apart. A value; it
// keeps nothing alive and may be copied to any thread. Resolve it with ConnectionTable::Find, in
// the thread of the connection's reactor (Server::Post goes there). Each worker counts its
// generations by itself: two connections of different workers may have the same, so a generation
// alone names a connection among those of one worker only.
struct ConnectionRef {
  // The descriptor's number, and which of its users is meant. As they are here they name none:
  Handle handle = kNoHandle;
  std::uint32_t generation = 0;

  friend bool operator==(const ConnectionRef&, const ConnectionRef&) = default;
};

}  // namespace edgewise
