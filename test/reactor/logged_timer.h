// A timer that tells what happened to it.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <vector>

#include "reactor/timer.h"

namespace edgewise {

// Writes its name into a log when it runs, then does what the test wants.
class LoggedTimer : public Timer {
 public:
  LoggedTimer(std::vector<int>& log, int name) : log_(log), name_(name) {}
  void HandleTimeout(Time now) override {
    CHECK(now >= deadline());
    CHECK_FALSE(armed());
    log_.push_back(name_);
    if (then) then();  // may destroy this
  }
  std::function<void()> then;

 private:
  std::vector<int>& log_;
  const int name_;
};

}  // namespace edgewise
