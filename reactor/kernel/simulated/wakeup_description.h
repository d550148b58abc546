// WakeupDescription: an eventfd (fs/eventfd.c).
#pragma once

#include <cstdint>

#include "reactor/kernel/simulated/description.h"

namespace edgewise::sim {

class WakeupDescription final : public Description {
 public:
  static constexpr std::uint64_t kMost = ~std::uint64_t{0} - 1;

  WakeupDescription() : Description(Kind::kWakeup) {}
  // kWouldBlock if the counter would pass kMost.
  Error Add(std::uint64_t value) {
    if (kMost - count_ < value) return Error::kWouldBlock;
    count_ += value;
    Wake(kEpollIn);
    return Error::kNone;
  }
  Error Clear() {
    if (count_ == 0) return Error::kWouldBlock;
    count_ = 0;
    Wake(kEpollOut);
    return Error::kNone;
  }
  EpollMask Poll() override {
    return (count_ > 0 ? kEpollIn : 0) | (count_ < kMost ? kEpollOut : 0);
  }
  void Released() override {}

 private:
  std::uint64_t count_ = 0;
};

}  // namespace edgewise::sim
