// TimerDescription: a timerfd (fs/timerfd.c).
#pragma once

#include <cstdint>

#include "reactor/kernel/simulated/description.h"

namespace edgewise::sim {

class TimerDescription final : public Description {
 public:
  explicit TimerDescription(Timeline& timeline) : Description(Kind::kTimer), timeline_(timeline) {}
  void Arm(Time at) {
    expired_ = false;
    ++armed_;
    if (at == kNever) return;
    if (at <= timeline_.now()) return Expire();
    timeline_.At(at, *this, 0, armed_);
  }
  EpollMask Poll() override { return expired_ ? kEpollIn : 0; }
  void Released() override { ++armed_; }
  void HandleEvent(std::uint32_t, std::uint64_t armed) override {
    if (armed == armed_) Expire();
  }

 private:
  void Expire() {
    expired_ = true;
    Wake(kEpollIn);
  }
  Timeline& timeline_;
  std::uint64_t armed_ = 0;  // which arming is the present one
  bool expired_ = false;
};

}  // namespace edgewise::sim
