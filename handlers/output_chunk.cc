// Lending and taking back.
#include "handlers/output_chunk.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace edgewise {
namespace {

void Destroy(OutputChunk* chunk) {
  chunk->~OutputChunk();
  std::free(chunk);
}

}  // namespace

ChunkPool::~ChunkPool() { kept_.clear_and_dispose(Destroy); }

OutputChunk& ChunkPool::Lend(std::size_t bytes) {
  if (bytes <= kStandardBytes && !kept_.empty()) {
    OutputChunk& chunk = kept_.front();
    kept_.pop_front();
    --kept_count_;
    chunk.Reset();
    gauge_.Add(chunk.capacity());
    return chunk;
  }
  const std::size_t capacity = std::max(bytes, kStandardBytes);
  void* memory = std::malloc(sizeof(OutputChunk) + capacity);
  if (memory == nullptr) throw std::bad_alloc();
  gauge_.Add(capacity);
  return *new (memory) OutputChunk(capacity);
}

OutputChunk& ChunkPool::Lend(FileSlice slice) {
  void* memory = std::malloc(sizeof(OutputChunk));
  if (memory == nullptr) throw std::bad_alloc();
  return *new (memory) OutputChunk(std::move(slice));
}

void ChunkPool::Return(OutputChunk& chunk) {
  gauge_.Subtract(chunk.capacity());
  if (chunk.capacity() == kStandardBytes && kept_count_ < kKeptMax) {
    kept_.push_front(chunk);
    ++kept_count_;
    return;
  }
  Destroy(&chunk);
}

}  // namespace edgewise
