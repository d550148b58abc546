// Frames with a 4-byte big-endian length prefix, and the answer that echoes them: shared by
// floor-frame and bench/peers. The answer is built anew, as that of a service that does not merely
// echo would be.
#pragma once

#include <arpa/inet.h>

#include <cstdint>
#include <cstring>

#include "bench/floor/bytes.h"

namespace raw {

inline constexpr std::size_t kPrefix = 4;
inline constexpr std::size_t kFrameBytesMax = 64 * 1024 * 1024;

inline std::size_t LoadLength(const char* bytes) {
  std::uint32_t length;
  std::memcpy(&length, bytes, kPrefix);
  return ntohl(length);
}

inline void StoreLength(char* bytes, std::size_t size) {
  const std::uint32_t length = htonl(static_cast<std::uint32_t>(size));
  std::memcpy(bytes, &length, kPrefix);
}

// An answer under construction; grows to the largest and stays.
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { std::free(data_); }

  // Room for `size` bytes; at least `least` where there was none. What was there is lost.
  void Reserve(std::size_t size, std::size_t least) {
    if (size <= capacity_) [[likely]]
      return;
    capacity_ = size < least ? least : size;
    std::free(data_);
    data_ = static_cast<char*>(Check(std::malloc(capacity_)));
  }

  char* data() const { return data_; }

 private:
  char* data_ = nullptr;
  std::size_t capacity_ = 0;
};

// Echoes the complete frames at the front of `all` into `out`, which has at least `least` bytes.
inline Outcome AnswerFrames(Bytes all, Buffer* out, std::size_t least = kReceiveBytes) {
  std::size_t used = 0;
  bool legal = true;
  while (all.size - used >= kPrefix) {
    const std::size_t size = LoadLength(all.data + used);
    legal = size <= kFrameBytesMax;
    if (!legal || all.size - used - kPrefix < size) break;
    if (used == 0) out->Reserve(all.size, least);
    StoreLength(out->data() + used, size);
    std::memcpy(out->data() + used + kPrefix, all.data + used + kPrefix, size);
    used += kPrefix + size;
  }
  return {used, used, legal};
}

}  // namespace raw
