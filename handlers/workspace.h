// Workspace: what a reactor's thread lends to its connections while they have their turn.
//
// A connection that is idle owns no buffer. For the length of one upcall it borrows the receive
// buffer and the staging buffer: requests are received into the one, the replies made to them
// gather in the other and leave in one send. Only an unfinished frame and output that the socket
// refused are kept, in buffers of the connection's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>

#include "handlers/codec.h"
#include "handlers/http/http_date.h"
#include "handlers/output_chunk.h"
#include "reactor/kernel/kernel.h"

namespace edgewise {

class Connection;

// Threading: the reactor's thread. Ownership: its buffers.
class Workspace {
 public:
  // An unfinished frame up to this size is copied in front of what is received next; a larger one
  // is received behind, in its own buffer.
  static constexpr std::size_t kCarryMax = 8 * 1024;
  // Bytes of answers that may gather before they are sent.
  static constexpr std::size_t kStagingBytes = 64 * 1024;
  // A payload from this size on is sent from where it stands, together with what is staged before
  // it: one more system call is cheaper than one more copy.
  static constexpr std::size_t kDirectBytes = 16 * 1024;

  // `receive_bytes`: the most that one receive asks for.
  explicit Workspace(std::size_t receive_bytes);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // Room to receive into, with kCarryMax more bytes in front of it for what is carried over.
  std::span<char> receive_room() { return receive_room_; }

  // The staging buffer is lent to the connection whose turn it is, unless older output of its own
  // is still queued: the order of bytes decides. Otherwise to nobody (null).
  const Connection* staging_owner() const { return staging_owner_; }
  // Lends it to `owner`, or to nobody (null). What is staged stays.
  void LendStaging(const Connection* owner) { staging_owner_ = owner; }
  // Forgets what is staged. (The bytes stay where they are until somebody stages again.)
  void TakeStagingBack() {
    staging_owner_ = nullptr;
    ClearStaged();
  }
  // Whatever happens in a turn, an exception of the service's included, the buffer comes back.
  struct StagingLoan {
    // Must outlive the loan.
    Workspace& workspace;
    ~StagingLoan() { workspace.TakeStagingBack(); }
  };
  // What was staged since the buffer was lent. Valid until the next call that stages.
  std::string_view staged() const {
    return {staging_.get(), static_cast<std::size_t>(staging_end_ - staging_.get())};
  }
  // Forgets what is staged; the buffer stays lent.
  void ClearStaged() { staging_end_ = staging_.get(); }
  // Stages a payload and what the codec puts around it, if the buffer is lent to `owner`, the
  // payload is not so long that sending it from where it stands is cheaper, and there is room.
  bool StageFor(const Connection* owner, const Envelope envelope, std::string_view payload) {
    const std::size_t total = envelope.prefix_size + payload.size() + envelope.suffix_size;
    char* const end = staging_end_;
    if (staging_owner_ != owner || payload.size() >= kDirectBytes || end > staging_limit_) {
      return false;
    }
    // Whole words, for their sizes are constants; the slack takes what is too much.
    if (envelope.prefix_size != 0) {
      const std::uint64_t prefix = envelope.prefix.word();
      std::memcpy(end, &prefix, sizeof(prefix));
    }
    if (!payload.empty()) {
      std::memcpy(end + envelope.prefix_size, payload.data(), payload.size());
    }
    if (envelope.suffix_size != 0) {
      const std::uint64_t suffix = envelope.suffix.word();
      std::memcpy(end + envelope.prefix_size + payload.size(), &suffix, sizeof(suffix));
    }
    staging_end_ = end + total;
    return true;
  }

  // Bytes that were received together with the frame being delivered, behind it.
  std::size_t batch_left() const { return batch_left_; }
  // Told before each frame, by who delivers it.
  void set_batch_left(std::size_t bytes) { batch_left_ = bytes; }

  // For output that a socket refused; and what counts it, and other buffers:
  ChunkPool& chunks() { return chunks_; }
  BufferGauge& gauge() { return chunks_.gauge(); }
  // The Date header's text, made anew once a second. `now` is the reactor's. The view lives until
  // the next call.
  HttpDateText Date(Kernel& kernel, Time now) {
    if (now >= date_end_) [[unlikely]]
      WriteDate(kernel, now);
    return date_text_;
  }

 private:
  void WriteDate(Kernel& kernel, Time now);

  // For an envelope, and for the whole words in which it is written.
  static constexpr std::size_t kSlack = 32;

  // Both begin at a page, because the kernel takes up to twice as long to fill a large block of
  // malloc, which begins 16 bytes after one (docs/decisions/0012).
  static constexpr std::align_val_t kPage{4096};
  struct FreePages {
    void operator()(char* pages) const { operator delete[](pages, kPage); }
  };
  using Pages = std::unique_ptr<char[], FreePages>;
  static Pages AllocatePages(std::size_t bytes) { return Pages(new (kPage) char[bytes]); }

  Pages receive_;
  std::span<char> receive_room_;
  Pages staging_;
  char* staging_end_;          // of what is staged
  char* const staging_limit_;  // up to here, any payload that is not sent directly has room
  const Connection* staging_owner_ = nullptr;
  std::size_t batch_left_ = 0;
  ChunkPool chunks_;
  HttpDate date_;
  HttpDateText date_text_;
  Time date_end_{};  // when date_text_ is a second old
};

}  // namespace edgewise
