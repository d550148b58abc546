#include "bench/edgewrk/objective.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/edgewrk/units.h"

namespace edgewise::wrk {
namespace {

absl::Status Wrong(std::string_view text, const char* why) {
  return absl::InvalidArgumentError(
      absl::StrCat("--assert ", std::string(text), ": ", why,
                   "; such as p99<2ms, p99.9<=10ms, mean<1ms, max<1s, lag.p99<100us, rate>10k, "
                   "errors<0.1%"));
}

// "p99.9": 0.999. Negative if it is none.
double ShareOf(std::string_view name) {
  if (!name.starts_with('p')) return -1;
  double percent = -1;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), percent);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  return whole && percent >= 0 && percent <= 100 ? percent / 100 : -1;
}

}  // namespace

absl::Status Objective::ParseName(std::string_view name, Objective& objective) {
  constexpr std::string_view kLag = "lag.";
  if (name == "mean") {
    objective.subject_ = Subject::kMean;
  } else if (name == "max") {
    objective.subject_ = Subject::kMax;
  } else if (name == "rate") {
    objective.subject_ = Subject::kRate;
  } else if (name == "errors") {
    objective.subject_ = Subject::kErrors;
  } else {
    const bool lag = name.starts_with(kLag);
    objective.subject_ = lag ? Subject::kLagQuantile : Subject::kQuantile;
    objective.share_ = ShareOf(lag ? name.substr(kLag.size()) : name);
    if (objective.share_ < 0) return Wrong(objective.text_, "nothing has that name");
  }
  return absl::OkStatus();
}

absl::Status Objective::ParseLimit(std::string_view limit, Objective& objective) {
  std::optional<double> value;
  switch (objective.subject_) {
    case Subject::kErrors:
      objective.percent_ = limit.ends_with('%');
      if (objective.percent_) limit.remove_suffix(1);
      value = ParseRate(limit);
      if (value && objective.percent_) *value /= 100;
      break;
    case Subject::kRate:
      value = ParseRate(limit);
      break;
    default:
      if (const auto time = ParseTime(limit)) value = static_cast<double>(time->count());
      break;
  }
  if (!value) return Wrong(objective.text_, "the limit is not of that kind");
  objective.limit_ = *value;
  return absl::OkStatus();
}

absl::StatusOr<Objective> Objective::Parse(std::string_view text) {
  Objective objective;
  objective.text_ = std::string(text);
  const std::size_t at = text.find_first_of("<>");
  if (at == std::string_view::npos) return Wrong(text, "there is no < or >");
  const bool equal = text.substr(at + 1).starts_with('=');
  const bool below = text[at] == '<';
  objective.order_ =
      below ? (equal ? Order::kAtMost : Order::kBelow) : (equal ? Order::kAtLeast : Order::kAbove);
  absl::Status status = ParseName(text.substr(0, at), objective);
  if (status.ok()) status = ParseLimit(text.substr(at + (equal ? 2 : 1)), objective);
  if (!status.ok()) return status;
  return objective;
}

bool Objective::Compare(double value) const {
  switch (order_) {
    case Order::kBelow:
      return value < limit_;
    case Order::kAtMost:
      return value <= limit_;
    case Order::kAbove:
      return value > limit_;
    case Order::kAtLeast:
      return value >= limit_;
  }
  return false;
}

Objective::Judgement Objective::Judge(const RunPlan& plan, const RunResult& result) const {
  const Tally& tally = result.tally;
  const LatencyHistogram& latency = result.latency(plan);
  const auto of_time = [this](double nanoseconds, bool at_least) {
    return Judgement{Compare(nanoseconds) && !(at_least && upper()),
                     (at_least ? "at least " : "") + FormatLatency(nanoseconds / 1000.0L)};
  };
  switch (subject_) {
    case Subject::kQuantile:
    case Subject::kLagQuantile: {
      const Quantile at = (subject_ == Subject::kQuantile ? latency : tally.send_lag).At(share_);
      return of_time(static_cast<double>(at.value.count()), at.at_least);
    }
    case Subject::kMean:
      return of_time(static_cast<double>(latency.Mean()), latency.at_least_count() != 0);
    case Subject::kMax:
      return of_time(static_cast<double>(latency.max().count()), latency.max_is_at_least());
    case Subject::kRate: {
      const double rate = result.rate();
      return {Compare(rate), FormatMetric(rate)};
    }
    case Subject::kErrors: {
      const auto errors = static_cast<double>(tally.errors());
      const auto requests = static_cast<double>(std::max<std::uint64_t>(tally.sent, 1));
      if (!percent_) return {Compare(errors), absl::StrFormat("%.0f", errors)};
      return {Compare(errors / requests), absl::StrFormat("%.3f%%", 100 * errors / requests)};
    }
  }
  return {};
}

}  // namespace edgewise::wrk
