// Baton: of several threads, the one that has it runs.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "absl/functional/function_ref.h"

namespace edgewise {

// Threading: any. Limits: none waits for ever that takes it in order of asking; for the rest their
// conditions decide.
class Baton {
 public:
  Baton() = default;
  Baton(const Baton&) = delete;
  Baton& operator=(const Baton&) = delete;

  // Waits for it; who asks first has it first.
  void Take();
  // Waits for it until `condition` holds, which is asked by whoever could have it, under a lock.
  void TakeWhen(absl::FunctionRef<bool()> condition);
  // REQUIRES: the calling thread has it.
  void Give();

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable given_;
  std::uint64_t asked_ = 0;
  std::uint64_t served_ = 0;
  bool is_taken_ = false;
};

}  // namespace edgewise
