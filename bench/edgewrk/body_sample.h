// BodySample: the body of a first answer, which others are compared with.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace edgewise::wrk {

// Threading: one thread. Limits: a body larger than kBytesMax is no sample, and then there is none.
class BodySample {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20;

  // Whether `piece`, which stands at `position` in some body, is the same as in the sample. While
  // there is none, the first to ask (`collector` is who asks) makes it.
  bool Same(const void* collector, std::size_t position, std::string_view piece) {
    if (known_) {
      if (too_large_) return true;
      return position <= bytes_.size() &&
             std::string_view(bytes_).substr(position, piece.size()) == piece;
    }
    if (collector_ == nullptr && position == 0) collector_ = collector;
    if (collector_ == collector && bytes_.size() <= kBytesMax) bytes_ += piece;
    return true;
  }
  // A body has ended after `size` bytes; whether the sample has as many.
  bool SameSize(const void* collector, std::size_t size) {
    if (known_) return too_large_ || size == bytes_.size();
    if (collector_ != nullptr && collector_ != collector) return true;
    known_ = true;
    too_large_ = size > kBytesMax;
    return true;
  }
  // The one that made it will not go on.
  void Forsake(const void* collector) {
    if (known_ || collector_ != collector) return;
    collector_ = nullptr;
    bytes_.clear();
  }

 private:
  std::string bytes_;
  const void* collector_ = nullptr;
  bool known_ = false;
  bool too_large_ = false;
};

}  // namespace edgewise::wrk
