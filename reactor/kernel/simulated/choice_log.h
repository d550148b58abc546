// ChoiceLog: choices in memory of a fixed place and size, which may be shared with other processes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "reactor/kernel/simulated/choice.h"

namespace edgewise::sim {

// What does not fit is left out.
//
// Threading: one writes; who reads does so when the writer has ended.
class ChoiceLog {
 public:
  // Choices that fit.
  static constexpr std::size_t kMost = 1 << 16;

  // Forgets all, appends one, copies all out:
  void Clear() { count_ = 0; }
  void Add(const Choice& choice) {
    if (count_ < kMost) choices_[count_++] = choice;
  }
  std::vector<Choice> ToVector() const {
    return {choices_.begin(), choices_.begin() + static_cast<std::ptrdiff_t>(count_)};
  }

 private:
  std::size_t count_ = 0;
  std::array<Choice, kMost> choices_;
};

}  // namespace edgewise::sim
