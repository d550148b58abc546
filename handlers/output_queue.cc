// Appending, describing and taking.
#include "handlers/output_queue.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "reactor/check.h"

namespace edgewise {

OutputQueue::~OutputQueue() {
  EDGEWISE_CHECK(state_ == nullptr, "an output queue was destroyed with bytes in it: Clear it");
}

void OutputQueue::Append(ConstBuffer bytes, ChunkPool& pool, Time now) {
  if (bytes.empty()) return;
  std::unique_ptr<State> fresh;
  if (state_ == nullptr) {
    fresh = std::make_unique<State>();
    fresh->moved_at = now;
  }
  State& state = fresh ? *fresh : *state_;
  const std::size_t room = state.chunks.empty() ? 0 : state.chunks.back().room();
  const std::size_t first = std::min(room, bytes.size());
  const ConstBuffer rest = bytes.subspan(first);
  if (!rest.empty()) {
    OutputChunk& chunk = pool.Lend(rest.size());
    std::memcpy(chunk.end(), rest.data(), rest.size());
    chunk.Fill(rest.size());
    if (first != 0) {
      std::memcpy(state.chunks.back().end(), bytes.data(), first);
      state.chunks.back().Fill(first);
    }
    state.chunks.push_back(chunk);
  } else {
    std::memcpy(state.chunks.back().end(), bytes.data(), first);
    state.chunks.back().Fill(first);
  }
  state.bytes += bytes.size();
  if (fresh) state_ = fresh.release();
}

void OutputQueue::Append(FileSlice slice, ChunkPool& pool, Time now) {
  std::unique_ptr<State> fresh;
  if (state_ == nullptr) {
    fresh = std::make_unique<State>();
    fresh->moved_at = now;
  }
  State& state = fresh ? *fresh : *state_;
  const std::uint64_t bytes = slice.bytes;
  state.chunks.push_back(pool.Lend(std::move(slice)));
  state.file_bytes += bytes;
  if (fresh) state_ = fresh.release();
}

const OutputChunk* OutputQueue::FrontFile() const {
  if (state_ == nullptr || state_->chunks.front().file() == nullptr) return nullptr;
  return &state_->chunks.front();
}

std::size_t OutputQueue::Describe(std::span<ConstBuffer, Kernel::kGatherMax> pieces,
                                  std::size_t bytes_max) {
  std::size_t count = 0;
  if (state_ == nullptr) return count;
  for (OutputChunk& chunk : state_->chunks) {
    if (count == pieces.size() || bytes_max == 0 || chunk.file() != nullptr) break;
    const std::size_t size = std::min(chunk.size(), bytes_max);
    pieces[count++] = ConstBuffer(chunk.begin(), size);
    bytes_max -= size;
  }
  return count;
}

void OutputQueue::Take(std::size_t bytes, ChunkPool& pool) {
  state_->sent += static_cast<std::int64_t>(bytes);
  while (bytes != 0) {
    OutputChunk& chunk = state_->chunks.front();
    const std::size_t taken = std::min(bytes, chunk.size());
    chunk.Take(taken);
    (chunk.file() != nullptr ? state_->file_bytes : state_->bytes) -= taken;
    bytes -= taken;
    if (chunk.size() != 0) break;
    state_->chunks.pop_front();
    pool.Return(chunk);
  }
  if (state_->chunks.empty()) Clear(pool);
}

void OutputQueue::Clear(ChunkPool& pool) {
  if (state_ == nullptr) return;
  state_->chunks.clear_and_dispose([&pool](OutputChunk* chunk) { pool.Return(*chunk); });
  delete state_;
  state_ = nullptr;
}

Time OutputQueue::StalledSince(std::size_t unacknowledged, Time now) {
  // Relative to what was in the socket when the queue began, so it may be negative: only its growth
  // counts.
  const std::int64_t delivered = state_->sent - static_cast<std::int64_t>(unacknowledged);
  if (!state_->looked_at || delivered > state_->delivered) {
    state_->looked_at = true;
    state_->delivered = delivered;
    state_->moved_at = now;
  }
  return state_->moved_at;
}

Time OutputQueue::StalledBut(Duration pause, Time now) {
  return state_->moved_at = std::min(now, state_->moved_at + pause);
}

}  // namespace edgewise
