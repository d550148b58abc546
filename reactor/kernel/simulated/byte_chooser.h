// ByteChooser: a fuzzer's bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "reactor/kernel/simulated/chooser.h"

namespace edgewise::sim {

// One for each question while there are any, 0 afterwards. Threading: that of its world. Ownership:
// the bytes must outlive it.
class ByteChooser final : public Chooser {
 public:
  // `size` bytes; none is legal.
  ByteChooser(const std::uint8_t* bytes, std::size_t size) : bytes_(bytes), left_(size) {}

 private:
  std::uint32_t Pick(ChoicePoint, std::uint64_t, std::uint32_t count) override {
    if (left_ == 0) return 0;
    --left_;
    return *bytes_++ % count;
  }
  const std::uint8_t* bytes_;
  std::size_t left_;
};

}  // namespace edgewise::sim
