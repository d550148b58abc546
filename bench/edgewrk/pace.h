// Pace: when the requests of one connection are due, in an open loop.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

#include "bench/edgewrk/run_plan.h"

namespace edgewise::wrk {

// The times are decided beforehand; no answer and no delay moves them. Together the connections of
// a plan have its rate: with constant arrivals the `index`-th of them begins that share of an
// interval later, so that no two are due at once.
//
// Threading: a value, used by one thread.
class Pace {
 public:
  Pace(const RunPlan& plan, std::size_t index)
      : interval_(1e9 * static_cast<double>(plan.connections) / plan.rate),
        arrivals_(plan.arrivals),
        random_(static_cast<unsigned>(plan.seed * 1'000'003 + index + 1)) {
    offset_ = interval_ * static_cast<double>(index) / static_cast<double>(plan.connections);
    if (arrivals_ == Arrivals::kPoisson) offset_ = Chance();
  }

  void Begin(Time start) { start_ = start; }
  // When the next request is due.
  Time next() const { return start_ + Duration(static_cast<Duration::rep>(offset_)); }
  void Advance() { offset_ += arrivals_ == Arrivals::kPoisson ? Chance() : interval_; }

 private:
  double Chance() { return std::exponential_distribution<double>(1.0 / interval_)(random_); }

  double interval_;  // nanoseconds, as all of these
  double offset_;
  Arrivals arrivals_;
  std::minstd_rand random_;
  Time start_{};
};

}  // namespace edgewise::wrk
