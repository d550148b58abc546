// OdometerChooser: every placement of a few faults, one run after the other.
#pragma once

#include <cstdint>
#include <vector>

#include "reactor/kernel/simulated/chooser.h"

namespace edgewise::sim {

// Goes through all runs in which at most `unusual_max` of the choices at the given points are not
// 0, each value of each included, as an odometer goes through its digits; what a choice leads to
// may differ from run to run. All other points are 0.
//
// Threading: that of its worlds.
//
//   OdometerChooser odometer({ChoicePoint::kAcceptError, ChoicePoint::kReset}, 3);
//   do {
//     World world(odometer);
//     ...
//   } while (odometer.Advance());
class OdometerChooser final : public Chooser {
 public:
  // Ready for the first run, in which nothing is unusual.
  OdometerChooser(const std::vector<ChoicePoint>& points, std::uint32_t unusual_max);

  // Prepares the next run; false if there is none.
  bool Advance();
  // Runs that Advance has begun, and the first.
  std::uint64_t runs() const { return runs_; }

 private:
  struct Digit {
    std::uint32_t value;
    std::uint32_t count;
  };
  std::uint32_t Pick(ChoicePoint point, std::uint64_t ordinal, std::uint32_t count) override;

  const std::uint32_t unusual_max_;
  std::array<bool, kChoicePointCount> turns_{};
  std::vector<Digit> digits_;  // of this run, as far as it has come; then of the one before
  std::size_t position_ = 0;
  std::uint64_t runs_ = 1;
};

}  // namespace edgewise::sim
