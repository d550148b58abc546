// OutputChunk: a piece of pending output, in memory or of a file, and the pool that lends them.
#pragma once

#include <boost/intrusive/slist.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "handlers/buffer_gauge.h"
#include "handlers/file_slice.h"

namespace edgewise {

// A header in front of `capacity` bytes, in one allocation with them. Filled at the end, sent from
// the beginning. Or a slice of a file, with no bytes behind the header.
class OutputChunk : public boost::intrusive::slist_base_hook<
                        boost::intrusive::link_mode<boost::intrusive::normal_link>> {
 public:
  // Made by ChunkPool, which allocates the bytes behind it; of a slice, it keeps the file open:
  explicit OutputChunk(std::size_t capacity) : capacity_(capacity) {}
  explicit OutputChunk(FileSlice slice)
      : capacity_(0),
        begin_(slice.offset),
        end_(slice.offset + slice.bytes),
        file_(std::move(slice.file)) {}

  // The memory, and what of it is filled and not sent yet. REQUIRES: no file:
  char* data() { return reinterpret_cast<char*>(this + 1); }
  const char* begin() { return data() + begin_; }
  char* end() { return data() + end_; }
  // Bytes to be sent, of memory or of the file; bytes that Fill may still add, none to a file:
  std::size_t size() const { return end_ - begin_; }
  std::size_t room() const { return file_ ? 0 : capacity_ - end_; }
  // Null if it is in memory; else begins at `offset` of this file.
  const OpenFile* file() const { return file_.get(); }
  // REQUIRES: a file.
  std::uint64_t offset() const { return begin_; }
  // Bytes of memory in all; 0 of a file.
  std::size_t capacity() const { return capacity_; }

  // So many bytes were written at end(), or were sent from begin(). REQUIRES: no more than there
  // are:
  void Fill(std::size_t bytes) { end_ += bytes; }
  void Take(std::size_t bytes) { begin_ += bytes; }
  // Nothing is in it. REQUIRES: no file.
  void Reset() { begin_ = end_ = 0; }

 private:
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::unique_ptr<OpenFile> file_;
};

// Keeps a bounded number of standard chunks for the next connection that needs one, so that a
// service that meets backpressure again and again does not allocate again and again.
//
// Threading: the reactor's thread. Ownership: of the chunks it keeps; lent ones come back by
// Return.
class ChunkPool {
 public:
  // Capacity of the chunks that are kept, and how many of them are kept at most:
  static constexpr std::size_t kStandardBytes = 16 * 1024;
  static constexpr std::size_t kKeptMax = 64;

  ChunkPool() = default;
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;
  ~ChunkPool();

  // A chunk of at least `bytes`. Throws std::bad_alloc.
  OutputChunk& Lend(std::size_t bytes);
  // One that stands for a slice of a file. Throws std::bad_alloc.
  OutputChunk& Lend(FileSlice slice);
  // Takes back what was lent; it is destroyed, or kept for another. Closes the file of a slice.
  void Return(OutputChunk& chunk);

  // Counts the capacity of all chunks that are lent.
  BufferGauge& gauge() { return gauge_; }

 private:
  boost::intrusive::slist<OutputChunk, boost::intrusive::constant_time_size<false>> kept_;
  std::size_t kept_count_ = 0;
  BufferGauge gauge_;
};

}  // namespace edgewise
