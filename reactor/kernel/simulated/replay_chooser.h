// ReplayChooser: the answers of an earlier run.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "reactor/kernel/simulated/chooser.h"

namespace edgewise::sim {

// By point and ordinal; 0 for what is not among them. Threading: that of its world.
class ReplayChooser final : public Chooser {
 public:
  // `choices` in any order; they are copied.
  explicit ReplayChooser(const std::vector<Choice>& choices);

 private:
  std::uint32_t Pick(ChoicePoint point, std::uint64_t ordinal, std::uint32_t count) override;
  // By point, in the order of ordinals; `next_` is the first that has not been asked yet.
  std::array<std::vector<Choice>, kChoicePointCount> choices_;
  std::array<std::size_t, kChoicePointCount> next_{};
};

}  // namespace edgewise::sim
