// ByteStream: one direction of a TCP connection, from the sender's queue to the receiver's.
//
// Every byte has a place in the stream, and what the two ends and the network between them know of
// it is a handful of places:
//
//     read <= delivered <= sent <= written       acked <= delivered
//      |          |          |         |
//      | receive  | on its   | sender's|
//      |  queue   |   way    |  queue  |
//
// Threading: that of its world. A value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace edgewise::sim {

class ByteStream {
 public:
  using Place = std::uint64_t;

  // --- The sender's end.

  void Write(std::span<const char> bytes) {
    Compact();
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  Place written() const { return base_ + bytes_.size(); }
  // What was written and not sent is gone.
  void DropUnsent() { bytes_.resize(static_cast<std::size_t>(sent_ - base_)); }
  std::size_t unsent() const { return static_cast<std::size_t>(written() - sent_); }
  std::size_t unacknowledged() const { return static_cast<std::size_t>(written() - acked_); }

  // --- The network between.

  Place sent() const { return sent_; }
  void Send(std::size_t count) { sent_ += count; }
  Place delivered() const { return delivered_; }
  void Deliver(Place upto) { delivered_ = std::max(delivered_, upto); }
  void Acknowledge(Place upto) { acked_ = std::max(acked_, upto); }
  std::size_t on_its_way() const { return static_cast<std::size_t>(sent_ - delivered_); }

  // --- The receiver's end.

  std::size_t queued() const { return static_cast<std::size_t>(delivered_ - read_); }
  Place read() const { return read_; }
  // Takes from the receive queue; answers how many bytes.
  std::size_t Read(std::span<char> into) {
    const std::size_t count = std::min(into.size(), queued());
    const auto first = bytes_.begin() + static_cast<std::ptrdiff_t>(read_ - base_);
    std::copy_n(first, count, into.begin());
    read_ += count;
    return count;
  }
  void Skip(std::size_t count) { read_ += count; }

  // The place of the urgent byte that the receiver has been told of and has not passed.
  std::optional<Place> urgent;

 private:
  // Throws away what was read, once that is much.
  void Compact() {
    const auto gone = static_cast<std::size_t>(read_ - base_);
    if (gone < kCompactAt || gone * 2 < bytes_.size()) return;
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(gone));
    base_ = read_;
  }
  static constexpr std::size_t kCompactAt = 4096;

  std::vector<char> bytes_;  // from base_ on
  Place base_ = 0;
  Place read_ = 0;
  Place delivered_ = 0;
  Place sent_ = 0;
  Place acked_ = 0;
};

}  // namespace edgewise::sim
