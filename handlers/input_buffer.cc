// One block with a header; realloc, so that the C library may grow a large one in place.
#include "handlers/input_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "reactor/check.h"

namespace edgewise {
namespace {

constexpr std::size_t kSmallest = 224;  // with the header, one of malloc's small classes
constexpr std::size_t kGrowthMin = 64 * 1024;
// A codec that looks for the end of its frame can ask for no more than one byte beyond what there
// is; receiving that one byte would be a bad bargain.
constexpr std::size_t kRoomMin = 16 * 1024;

}  // namespace

InputBuffer::~InputBuffer() {
  EDGEWISE_CHECK(block_ == nullptr, "an input buffer was destroyed with bytes in it: Clear it");
}

std::string_view InputBuffer::bytes() const {
  if (block_ == nullptr) return {};
  return {Bytes(block_) + block_->begin, block_->size};
}

void InputBuffer::Resize(std::size_t capacity, BufferGauge& gauge) {
  const bool fresh = block_ == nullptr;
  auto* block = static_cast<Block*>(std::realloc(block_, sizeof(Block) + capacity));
  if (block == nullptr) throw std::bad_alloc();
  if (fresh) {
    new (block) Block();
  } else {
    gauge.Subtract(block->capacity);
  }
  block->capacity = capacity;
  block_ = block;
  gauge.Add(capacity);
}

void InputBuffer::Assign(std::string_view bytes, BufferGauge& gauge) {
  if (bytes.empty()) return Clear(gauge);
  if (capacity() < bytes.size()) Resize(std::max(bytes.size(), kSmallest), gauge);
  std::memcpy(Bytes(block_), bytes.data(), bytes.size());
  block_->begin = 0;
  block_->size = bytes.size();
}

std::span<char> InputBuffer::Room(std::size_t total, BufferGauge& gauge) {
  if (block_ == nullptr || block_->begin + block_->size == block_->capacity) MakeRoom(total, gauge);
  const std::size_t end = block_->begin + block_->size;
  return {Bytes(block_) + end, block_->capacity - end};
}

// Where at least half of the block was dropped, moving what is left is room enough: no byte is then
// moved more often than others are dropped.
void InputBuffer::MakeRoom(std::size_t total, BufferGauge& gauge) {
  if (block_ != nullptr && block_->begin != 0) {
    const bool enough = block_->begin >= block_->size;
    std::memmove(Bytes(block_), Bytes(block_) + block_->begin, block_->size);
    block_->begin = 0;
    if (enough) return;
  }
  const std::size_t doubled = std::max(size() * 2, kGrowthMin);
  Resize(std::min(doubled, std::max(total, size() + kRoomMin)), gauge);
}

void InputBuffer::DropFront(std::size_t bytes, BufferGauge& gauge) {
  if (bytes == 0) return;
  if (bytes == size()) return Clear(gauge);
  block_->begin += bytes;
  block_->size -= bytes;
}

void InputBuffer::Clear(BufferGauge& gauge) {
  if (block_ == nullptr) return;
  gauge.Subtract(block_->capacity);
  std::free(block_);
  block_ = nullptr;
}

}  // namespace edgewise
