// Objective: what a run is asked to keep, such as 'p99<2ms'.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "bench/edgewrk/load_run.h"
#include "bench/edgewrk/run_plan.h"

namespace edgewise::wrk {

// A value.
class Objective {
 public:
  // NAME, then one of < <= > >=, then a limit:
  //   p50<2ms, p99.9<=10ms, mean<1ms, max<1s   latency: by schedule with a rate, else raw
  //   lag.p99<100us                            our own lateness, with a rate
  //   rate>10k                                 answers a second
  //   errors<1, errors<0.1%                    all that was wrong, as a number or of all requests
  // kInvalidArgument otherwise, saying what is wrong.
  static absl::StatusOr<Objective> Parse(std::string_view text);

  // Whether the run kept it, and what it had instead ("p99 is 3.10ms"). A quantile of which only a
  // lower bound is known never keeps an upper limit.
  struct Judgement {
    bool kept = false;
    std::string found;
  };
  Judgement Judge(const RunPlan& plan, const RunResult& result) const;

  const std::string& text() const { return text_; }
  // Whatever it says of errors replaces the rule that there must be none.
  bool about_errors() const { return subject_ == Subject::kErrors; }

 private:
  enum class Subject : std::uint8_t { kQuantile, kLagQuantile, kMean, kMax, kRate, kErrors };
  enum class Order : std::uint8_t { kBelow, kAtMost, kAbove, kAtLeast };

  static absl::Status ParseName(std::string_view name, Objective& objective);
  static absl::Status ParseLimit(std::string_view limit, Objective& objective);
  bool Compare(double value) const;
  bool upper() const { return order_ == Order::kBelow || order_ == Order::kAtMost; }

  std::string text_;
  Subject subject_ = Subject::kRate;
  Order order_ = Order::kBelow;
  double share_ = 0;      // of a quantile
  double limit_ = 0;      // nanoseconds, a number, or a share
  bool percent_ = false;  // of errors
};

}  // namespace edgewise::wrk
