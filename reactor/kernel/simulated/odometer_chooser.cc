// The last digit that can go on does; those behind it start again.
#include "reactor/kernel/simulated/odometer_chooser.h"

namespace edgewise::sim {

OdometerChooser::OdometerChooser(const std::vector<ChoicePoint>& points, std::uint32_t unusual_max)
    : unusual_max_(unusual_max) {
  for (const ChoicePoint point : points) turns_[static_cast<std::size_t>(point)] = true;
}

std::uint32_t OdometerChooser::Pick(ChoicePoint point, std::uint64_t, std::uint32_t count) {
  if (!turns_[static_cast<std::size_t>(point)]) return 0;
  if (position_ == digits_.size()) digits_.push_back({0, count});
  Digit& digit = digits_[position_++];
  digit.count = count;
  if (digit.value >= count) digit.value = 0;
  return digit.value;
}

bool OdometerChooser::Advance() {
  digits_.resize(position_);
  std::uint32_t unusual = 0;
  for (const Digit& digit : digits_) unusual += digit.value != 0 ? 1 : 0;
  while (!digits_.empty()) {
    Digit& last = digits_.back();
    const std::uint32_t others = unusual - (last.value != 0 ? 1 : 0);
    if (last.value + 1 < last.count && others < unusual_max_) {
      ++last.value;
      position_ = 0;
      ++runs_;
      Restart();
      return true;
    }
    unusual = others;
    digits_.pop_back();
  }
  return false;
}

}  // namespace edgewise::sim
