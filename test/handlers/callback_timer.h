// CallbackTimer: a timer that calls a function.
#pragma once

#include <functional>
#include <utility>

#include "reactor/timer.h"

namespace edgewise::handlers_test {

// Threading, ownership: as for every Timer.
class CallbackTimer final : public Timer {
 public:
  explicit CallbackTimer(std::function<void()> callback) : callback_(std::move(callback)) {}
  void HandleTimeout(Time) override { callback_(); }

 private:
  std::function<void()> callback_;
};

}  // namespace edgewise::handlers_test
