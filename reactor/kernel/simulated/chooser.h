// Chooser: the one source of everything that a simulated world leaves to chance.
//
// Each decision (how is this transmission cut? does this call fail? who goes first?) is asked of
// it, so a run is a function of its answers, and whoever gives the answers drives the run: a seed
// (SeededChooser), a fuzzer's bytes (ByteChooser), an odometer over all placements of a few faults
// (OdometerChooser), or the record of an earlier run (ReplayChooser). 0 always means "nothing
// unusual", and only what is not 0 is recorded: so a failure can be shrunk by leaving choices out,
// and what is left tells what the failure needs.
//
// Threading: that of its world. Ownership: the caller's; it outlives the world.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "reactor/kernel/simulated/choice.h"
#include "reactor/kernel/simulated/choice_log.h"

namespace edgewise::sim {

class Chooser {
 public:
  Chooser() = default;
  Chooser(const Chooser&) = delete;
  Chooser& operator=(const Chooser&) = delete;
  virtual ~Chooser() = default;

  // A number below `count`. REQUIRES: count > 0.
  std::uint32_t Choose(ChoicePoint point, std::uint32_t count) {
    const auto index = static_cast<std::size_t>(point);
    const std::uint64_t ordinal = ++asked_[index];
    if (count < 2 || (faults_ended_ && IsFault(point))) return 0;
    const std::uint32_t value = Pick(point, ordinal, count);
    if (value == 0) return 0;
    ++taken_[index];
    trail_.push_back({point, ordinal, value});
    if (log_ != nullptr) log_->Add(trail_.back());
    return value;
  }
  // Writes each unusual choice there too, as it is made.
  void LogTo(ChoiceLog& log) { log_ = &log; }
  // Every fault is answered by 0 from now on.
  void EndFaults() { faults_ended_ = true; }

  // The unusual choices so far, in the order of their being made.
  const std::vector<Choice>& trail() const { return trail_; }
  // How often a point was asked, and how often the answer was unusual:
  std::uint64_t asked(ChoicePoint point) const { return asked_[static_cast<std::size_t>(point)]; }
  std::uint64_t taken(ChoicePoint point) const { return taken_[static_cast<std::size_t>(point)]; }

 protected:
  // A number below `count`, which is at least 2, for the `ordinal`-th question at this point.
  virtual std::uint32_t Pick(ChoicePoint point, std::uint64_t ordinal, std::uint32_t count) = 0;
  // For a driver that runs many times.
  void Restart();

 private:
  std::array<std::uint64_t, kChoicePointCount> asked_{};
  std::array<std::uint64_t, kChoicePointCount> taken_{};
  std::vector<Choice> trail_;
  bool faults_ended_ = false;
  ChoiceLog* log_ = nullptr;
};

}  // namespace edgewise::sim
