// Delta debugging over lists of choices.
#include "reactor/kernel/simulated/shrink.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace edgewise::sim {
namespace {

// Two failures are the same if they differ in numbers only.
std::string Kind(const Failure& failure) {
  std::string kind;
  for (const char c : failure.what) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) kind += c;
  }
  return kind;
}

class Shrinker {
 public:
  Shrinker(Failure failure, std::size_t runs_max,
           absl::FunctionRef<std::optional<Failure>(const std::vector<Choice>&)> run)
      : best_(std::move(failure)), kind_(Kind(best_)), runs_left_(runs_max), run_(run) {}

  Failure Shrink() {
    const std::vector<Choice> all = best_.choices;
    if (runs_left_ == 0 || !Try(all)) return std::move(best_);
    for (std::size_t chunk = std::max<std::size_t>(best_.choices.size() / 2, 1);; chunk /= 2) {
      LeaveOut(chunk);
      if (chunk <= 1) break;
    }
    // A choice may have been needed only for where it put another one.
    for (std::size_t before = 0; before != best_.choices.size() && runs_left_ != 0;) {
      before = best_.choices.size();
      MoveEarlier();
      LeaveOut(1);
    }
    MakeSmaller();
    return std::move(best_);
  }

 private:
  // True: it fails in the same way, and becomes the best so far. (What the run itself chose, not
  // what was asked for: some of that may not have been reached.)
  bool Try(const std::vector<Choice>& choices) {
    if (runs_left_ == 0) return false;
    --runs_left_;
    std::optional<Failure> failure = run_(choices);
    if (!failure || Kind(*failure) != kind_) return false;
    failure->seed = best_.seed;
    best_ = std::move(*failure);
    return true;
  }

  void LeaveOut(std::size_t chunk) {
    for (std::size_t begin = 0; begin < best_.choices.size() && runs_left_ != 0;) {
      std::vector<Choice> fewer = best_.choices;
      const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(begin);
      const std::size_t count = std::min(chunk, fewer.size() - begin);
      fewer.erase(first, first + static_cast<std::ptrdiff_t>(count));
      if (!Try(fewer)) begin += chunk;
    }
  }

  // The same choice at an earlier question, without one of the others.
  void MoveEarlier() {
    constexpr std::uint64_t kReach = 4;
    for (std::size_t i = 0; i < best_.choices.size(); ++i) {
      for (std::size_t left_out = 0; left_out < best_.choices.size(); ++left_out) {
        if (left_out == i) continue;
        for (std::uint64_t by = 1; by <= kReach && best_.choices[i].ordinal > by; ++by) {
          std::vector<Choice> fewer = best_.choices;
          fewer[i].ordinal -= by;
          fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(left_out));
          if (Try(fewer)) return;
        }
      }
    }
  }

  void MakeSmaller() {
    for (std::size_t i = 0; i < best_.choices.size(); ++i) {
      while (i < best_.choices.size() && best_.choices[i].value > 1) {
        std::vector<Choice> smaller = best_.choices;
        smaller[i].value /= 2;
        if (!Try(smaller)) break;
      }
    }
  }

  Failure best_;
  const std::string kind_;
  std::size_t runs_left_;
  absl::FunctionRef<std::optional<Failure>(const std::vector<Choice>&)> run_;
};

}  // namespace

Failure Shrink(Failure failure, std::size_t runs_max,
               absl::FunctionRef<std::optional<Failure>(const std::vector<Choice>&)> run) {
  return Shrinker(std::move(failure), runs_max, run).Shrink();
}

}  // namespace edgewise::sim
