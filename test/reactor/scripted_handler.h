// A handler that does what the test wants, and tells what happened to it.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "reactor/event_handler.h"
#include "reactor/reactor.h"

namespace edgewise {

// Each upcall is counted and written into the log ("a.input"), then handed to the function of the
// same name, if there is one. Without one everything is drained.
class ScriptedHandler : public EventHandler {
 public:
  ScriptedHandler(std::vector<std::string>& log, std::string name)
      : log_(log), name_(std::move(name)) {}

  std::function<Progress()> input;
  std::function<Progress()> output;
  std::function<Progress()> broken;
  std::function<void()> close;
  std::function<void()> reclaim;

  int inputs = 0;
  int outputs = 0;
  int brokens = 0;
  int closes = 0;
  int reclaims = 0;
  CloseReason reason;

  // R3, as it must hold outside the handler's own upcalls.
  bool linked_iff_wanted() const {
    const bool wanted = (ready() & interest()) != 0;
    return !registered() || linked() == wanted;
  }

 protected:
  Progress HandleInput() override { return Upcall(inputs, "input", input); }
  Progress HandleOutput() override { return Upcall(outputs, "output", output); }
  Progress HandleBroken() override { return Upcall(brokens, "broken", broken); }
  void HandleClose(const CloseReason& why) override {
    CHECK_FALSE(registered());
    CHECK(reclaims == reclaims_before_);
    log_.push_back(name_ + ".close");
    ++closes;
    reason = why;
    reactor()->kernel().Close(handle());
    if (close) close();
  }
  void Reclaim() override {
    CHECK(registration() == Registration::kIdle);
    log_.push_back(name_ + ".reclaim");
    reclaims_before_ = ++reclaims;
    if (reclaim) reclaim();
  }

 private:
  Progress Upcall(int& count, const char* what, const std::function<Progress()>& script) {
    CHECK(registered());
    CHECK(reactor()->in_upcall(*this));
    log_.push_back(name_ + "." + what);
    ++count;
    return script ? script() : Progress::kDrained;
  }

  std::vector<std::string>& log_;
  const std::string name_;
  int reclaims_before_ = 0;
};

}  // namespace edgewise
