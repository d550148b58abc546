// Spin: whether polling for a while before blocking pays.
//
// Blocking is what is expensive when there is little to do: the sleep and the wake-up of a thread
// cost more than the request. So a reactor may poll with a zero timeout for up to a budget first.
// That pays only while something does come within the budget; each spin that ends empty makes the
// next ones rarer: after k empty ones in a row, 2^k - 1 waits (at most 1023) block at once.
#pragma once

#include <cstdint>

#include "reactor/kernel/time.h"

namespace edgewise {

// Threading: the reactor's thread. A zero budget never spins.
class Spin {
 public:
  // `budget`: the most to spend before one wait.
  explicit Spin(Duration budget) : budget_(budget) {}

  // As given.
  Duration budget() const { return budget_; }

  // Asked once before each wait that would block.
  bool Worthwhile() {
    if (budget_ == Duration::zero()) return false;
    if (skip_ == 0) return true;
    --skip_;
    return false;
  }
  // Something came during the spin: go on so.
  void Paid() { empty_in_a_row_ = 0; }
  // Nothing came: the next ones are rarer.
  void DidNotPay() {
    if (empty_in_a_row_ < kDoublingsMax) ++empty_in_a_row_;
    skip_ = (1u << empty_in_a_row_) - 1;
  }

 private:
  static constexpr std::uint32_t kDoublingsMax = 10;

  const Duration budget_;
  std::uint32_t empty_in_a_row_ = 0;
  std::uint32_t skip_ = 0;
};

}  // namespace edgewise
