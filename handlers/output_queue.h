// OutputQueue: what a socket refused, in order, until it takes it.
#pragma once

#include <boost/intrusive/slist.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "handlers/output_chunk.h"
#include "reactor/kernel/kernel.h"
#include "reactor/kernel/time.h"

namespace edgewise {

// A list of chunks that leaves by gathered sends. One pointer wide while empty.
//
// Threading: the reactor's thread. Ownership: its chunks, borrowed from a pool that must outlive
// it.
class OutputQueue {
 public:
  OutputQueue() = default;
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;
  // REQUIRES: empty (its owner clears it, with the pool).
  ~OutputQueue();

  // Nothing is pending, neither bytes nor files.
  bool empty() const { return state_ == nullptr; }
  // In memory.
  std::size_t bytes() const { return state_ == nullptr ? 0 : state_->bytes; }

  // Bytes of files that are to be sent; they take no memory.
  std::uint64_t file_bytes() const { return state_ == nullptr ? 0 : state_->file_bytes; }

  // Appends a copy. Nothing for no bytes. Throws std::bad_alloc with the queue unchanged.
  void Append(ConstBuffer bytes, ChunkPool& pool, Time now);
  // The same for a slice of a file, which is kept open. REQUIRES: at least one byte.
  void Append(FileSlice slice, ChunkPool& pool, Time now);
  // The chunk at the front, if it is of a file; else null.
  const OutputChunk* FrontFile() const;
  // Describes the front of the queue up to the first file, at most `bytes_max`, for one gathered
  // send; answers how many pieces were used.
  std::size_t Describe(std::span<ConstBuffer, Kernel::kGatherMax> pieces,
                       std::size_t bytes_max = std::numeric_limits<std::size_t>::max());
  // Takes what was sent off the front. REQUIRES: at most what there is.
  void Take(std::size_t bytes, ChunkPool& pool);
  // Drops everything; files are closed.
  void Clear(ChunkPool& pool);

  // --- Progress of a slow reader. Sending into the socket's buffer is not progress: the peer's
  // acknowledging is.

  // Tells what the kernel still has unacknowledged; answers since when the peer has taken nothing.
  // The first look only sets the mark, so look several times within a timeout. REQUIRES: not empty.
  Time StalledSince(std::size_t unacknowledged, Time now);
  // The same, once `pause` of that time was not the peer's: nothing was sent to it meanwhile, and
  // nobody looked. REQUIRES: not empty.
  Time StalledBut(Duration pause, Time now);

 private:
  using List = boost::intrusive::slist<OutputChunk, boost::intrusive::cache_last<true>,
                                       boost::intrusive::constant_time_size<false>>;
  // Exists only while something is pending.
  struct State {
    List chunks;
    std::size_t bytes = 0;
    std::uint64_t file_bytes = 0;
    std::int64_t sent = 0;       // into the socket, since the queue began
    std::int64_t delivered = 0;  // what the peer had acknowledged at the last look; relative
    bool looked_at = false;      // `delivered` has a meaning
    Time moved_at{};             // when it last grew
  };

  State* state_ = nullptr;
};

}  // namespace edgewise
