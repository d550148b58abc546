// Walks: runs walks one after the other, and makes what fails small.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reactor/kernel/io_result.h"
#include "test/differential/side_by_side.h"

namespace edgewise::differential {

// Threading: one, and nobody else in the process opens descriptors meanwhile. Ownership: of the
// descriptors that it opens to fill the gaps below those of the walks.
class Walks {
 public:
  Walks();
  Walks(const Walks&) = delete;
  Walks& operator=(const Walks&) = delete;
  ~Walks();

  // What fails of the walk from `seed`, as a list of steps; nullopt if nothing does. A walk that
  // was disturbed (SideBySide) is run again, and counted.
  std::optional<std::string> Run(std::uint64_t seed);
  // Leaves out what the failure does not need; nullopt if it does not happen again.
  std::optional<std::string> Shrink(std::uint64_t seed);

  std::uint64_t steps() const { return steps_; }
  std::uint64_t awaited() const { return awaited_; }
  std::uint64_t lost() const { return lost_; }
  std::uint64_t disturbed() const { return disturbed_; }

 private:
  std::optional<Mismatch> Try(const Walk& walk, std::string& report);

  std::vector<Handle> fillers_;
  Handle base_ = kNoHandle;
  std::uint64_t steps_ = 0;
  std::uint64_t awaited_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t disturbed_ = 0;
};

}  // namespace edgewise::differential
