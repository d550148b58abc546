// KernelCall: what every call of a simulated kernel begins and ends with.
#pragma once

#include "reactor/kernel/simulated/simulated_kernel.h"

namespace edgewise::sim {

// Begins: time goes by, what is due happens. Ends: the answer goes into the trace.
class KernelCall {
 public:
  KernelCall(SimulatedKernel& kernel, const char* name, Handle handle)
      : kernel_(kernel), name_(name), handle_(handle) {
    ++Threads::KernelDepth();
    Timeline& timeline = kernel_.world_.timeline();
    timeline.Spend(kernel_.world_.options().call_cost);
    timeline.RunDue();
    if (++kernel_.idle_calls_ > kernel_.world_.options().spin_calls_max) Spins();
  }
  KernelCall(const KernelCall&) = delete;
  KernelCall& operator=(const KernelCall&) = delete;
  ~KernelCall() { --Threads::KernelDepth(); }

  IoResult Answer(IoResult result) {
    Note(result.ok() ? static_cast<std::int64_t>(result.bytes()) : -ErrorNumber(result.error()));
    return result;
  }
  Error Answer(Error error) {
    Note(-ErrorNumber(error));
    return error;
  }
  HandleResult Answer(HandleResult result) {
    Note(result.ok() ? result.handle() : -ErrorNumber(result.error()));
    return result;
  }

 private:
  static std::int64_t ErrorNumber(Error error) { return static_cast<std::int64_t>(error); }
  void Note(std::int64_t answer) {
    World& world = kernel_.world_;
    world.trace().Add(world.timeline().now(), world.threads().current(), name_, handle_, answer);
  }
  [[noreturn]] void Spins() {
    kernel_.world_.Violation("process " + kernel_.options_.name +
                             " spins: so many calls, and nothing was moved by any of them");
  }

  SimulatedKernel& kernel_;
  const char* const name_;
  const Handle handle_;
};

}  // namespace edgewise::sim
