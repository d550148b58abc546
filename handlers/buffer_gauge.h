// BufferGauge: the bytes that all connections of one reactor hold in buffers of their own.
#pragma once

#include <cstddef>

namespace edgewise {

// Counts what InputBuffer and OutputQueue allocate. Threading: the reactor's thread.
class BufferGauge {
 public:
  // Bytes were allocated.
  void Add(std::size_t bytes) {
    bytes_ += bytes;
    if (bytes_ > peak_) peak_ = bytes_;
  }
  // Bytes were freed. REQUIRES: no more than there are.
  void Subtract(std::size_t bytes) { bytes_ -= bytes; }

  // Bytes held now, and the most that were held at once:
  std::size_t bytes() const { return bytes_; }
  std::size_t peak() const { return peak_; }

 private:
  std::size_t bytes_ = 0;
  std::size_t peak_ = 0;
};

}  // namespace edgewise
