// PlainChooser: nothing unusual ever happens.
#pragma once

#include <cstdint>

#include "reactor/kernel/simulated/chooser.h"

namespace edgewise::sim {

class PlainChooser final : public Chooser {
 private:
  std::uint32_t Pick(ChoicePoint, std::uint64_t, std::uint32_t) override { return 0; }
};

}  // namespace edgewise::sim
