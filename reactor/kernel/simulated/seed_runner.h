// SeedRunner: runs of a scenario in processes of their own, and what they left behind.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reactor/kernel/simulated/explore.h"
#include "reactor/kernel/simulated/shared_memory.h"

namespace edgewise::sim {

// What a failing run left. A value.
struct Failure {
  // Whose run it was, if RunSeeds made it.
  std::uint64_t seed = 0;
  std::string what;     // the first line
  std::string details;  // all of it
  // The unusual ones of that run, as many as ChoiceLog takes.
  std::vector<Choice> choices;
};

// Threading: one; no other threads in the process. Ownership: of memory shared with its children.
class SeedRunner {
 public:
  // Both must outlive it.
  SeedRunner(const Scenario& scenario, const ExploreOptions& options);

  // Seeds from `first` on, at most `count`, at most `seconds` (0: no limit). The failure of the
  // first that failed.
  std::optional<Failure> RunSeeds(std::uint64_t first, std::uint64_t count, double seconds);
  // Seeds that RunSeeds got through, the failing one included.
  std::uint64_t seeds_run() const;
  // One run with these choices.
  std::optional<Failure> RunChoices(const std::vector<Choice>& choices);

  // Adds what was reached, and how often faults befell, in all runs so far.
  void AddTo(std::map<std::string, std::uint64_t>& marks,
             std::map<std::string, std::uint64_t>& taken) const;

 private:
  struct Shared;
  Shared& shared() const { return *static_cast<Shared*>(memory_.get()); }
  std::uint64_t RunOnce(Chooser& chooser);
  void RunTwice(std::uint64_t seed);
  void Note(const World& world);
  std::optional<Failure> After(const std::string& ended, const std::string& errors) const;

  const Scenario& scenario_;
  const ExploreOptions& options_;
  SharedMemory memory_;
};

}  // namespace edgewise::sim
