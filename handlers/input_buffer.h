// InputBuffer: the bytes of an unfinished frame, kept between two receives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "handlers/buffer_gauge.h"

namespace edgewise {

// One pointer wide, and nothing is allocated while it is empty: an idle connection has no buffer.
// Grows by doubling as bytes arrive, never ahead of them by more, so a peer that announces a large
// frame and sends none of it costs nothing.
//
// Threading: the reactor's thread. Ownership: its bytes; what it allocates is counted in the gauge,
// which must outlive it.
class InputBuffer {
 public:
  InputBuffer() = default;
  InputBuffer(const InputBuffer&) = delete;
  InputBuffer& operator=(const InputBuffer&) = delete;
  // REQUIRES: empty (its owner clears it, with the gauge).
  ~InputBuffer();

  // Nothing is kept, and nothing allocated.
  bool empty() const { return block_ == nullptr; }
  // Bytes of the content; bytes that were allocated for it:
  std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  std::size_t capacity() const { return block_ == nullptr ? 0 : block_->capacity; }
  // Valid until the next call that is not const.
  std::string_view bytes() const;

  // Replaces the content by a copy. `bytes` may not be a part of this buffer.
  void Assign(std::string_view bytes, BufferGauge& gauge);
  // Room behind the content for at least one byte: twice the content, but not much more in all than
  // `total`, the size that the frame is known to need. Fill it, then Commit.
  std::span<char> Room(std::size_t total, BufferGauge& gauge);
  // So many bytes were written into Room. REQUIRES: no more than it has.
  void Commit(std::size_t bytes) { block_->size += bytes; }
  // Drops `bytes` from the front, without moving the others; frees the block with the last of them.
  void DropFront(std::size_t bytes, BufferGauge& gauge);
  // Drops the content and frees the block.
  void Clear(BufferGauge& gauge);

  // Complete frames may be waiting in the content: the codec has not seen all of it, because
  // reading was held in the middle of a batch.
  bool unseen() const { return block_ != nullptr && block_->unseen; }
  // Sets that. REQUIRES: not empty.
  void set_unseen(bool unseen) { block_->unseen = unseen; }
  // The codec's last hint: bytes in all, from the start of the content.
  std::size_t need() const { return block_ == nullptr ? 0 : block_->need; }
  // Sets that. REQUIRES: not empty.
  void set_need(std::size_t need) { block_->need = need; }

 private:
  // What is in front of the bytes, in one allocation with them.
  struct Block {
    std::size_t begin = 0;  // of the content: bytes before it were dropped
    std::size_t size = 0;
    std::size_t capacity = 0;
    std::size_t need = 0;
    bool unseen = false;
  };
  static char* Bytes(Block* block) { return reinterpret_cast<char*>(block + 1); }
  void Resize(std::size_t capacity, BufferGauge& gauge);
  void MakeRoom(std::size_t total, BufferGauge& gauge);

  Block* block_ = nullptr;
};

}  // namespace edgewise
