// One walk after the other.
#include "test/differential/walks.h"

#include <dirent.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "reactor/kernel/linux_kernel.h"

namespace edgewise::differential {
namespace {

// A walk that is disturbed that often is not disturbed by chance.
constexpr int kRunsMost = 20;

// The highest descriptor that is open.
Handle Highest() {
  Handle highest = 2;
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return highest;
  while (const dirent* entry = readdir(folder)) {
    const Handle handle = std::atoi(entry->d_name);
    if (handle != dirfd(folder)) highest = std::max(highest, handle);
  }
  closedir(folder);
  return highest;
}

}  // namespace

// The gaps are filled, so that what a walk opens is numbered as in a process of its own.
Walks::Walks() {
  const Handle highest = Highest();
  do {
    fillers_.push_back(LinuxKernel::Instance().OpenPlaceholder().handle());
  } while (fillers_.back() <= highest);
  base_ = fillers_.back() + 1;
}

Walks::~Walks() {
  for (const Handle handle : fillers_) (void)LinuxKernel::Instance().Close(handle);
}

std::optional<Mismatch> Walks::Try(const Walk& walk, std::string& report) {
  for (int runs = 1;; ++runs) {
    SideBySide both(base_, fillers_.front());
    std::optional<Mismatch> mismatch = both.Run(walk);
    steps_ += walk.operations.size();
    awaited_ += both.awaited();
    if (both.disturbed() && runs != kRunsMost) {
      ++disturbed_;
      continue;
    }
    lost_ += both.lost() ? 1 : 0;
    if (mismatch) report = both.Report(walk) + "  here: " + mismatch->what;
    return mismatch;
  }
}

std::optional<std::string> Walks::Run(std::uint64_t seed) {
  std::string report;
  if (!Try(MakeWalk(seed), report)) return std::nullopt;
  return report;
}

std::optional<std::string> Walks::Shrink(std::uint64_t seed) {
  Walk walk = MakeWalk(seed);
  std::string report;
  std::optional<Mismatch> mismatch = Try(walk, report);
  if (!mismatch) return std::nullopt;
  walk.operations.resize(mismatch->step + 1);
  const Act act = walk.operations.back().act;
  for (std::size_t chunk = walk.operations.size() / 2; chunk != 0; chunk /= 2) {
    for (std::size_t begin = 0; begin < walk.operations.size();) {
      Walk fewer = walk;
      const std::size_t end = std::min(begin + chunk, fewer.operations.size());
      const auto first = fewer.operations.begin();
      fewer.operations.erase(first + static_cast<std::ptrdiff_t>(begin),
                             first + static_cast<std::ptrdiff_t>(end));
      std::string shorter;
      const std::optional<Mismatch> still = Try(fewer, shorter);
      if (still && fewer.operations[still->step].act == act) {
        walk = std::move(fewer);
        walk.operations.resize(still->step + 1);
        report = std::move(shorter);
      } else {
        begin += chunk;
      }
    }
  }
  return report;
}

}  // namespace edgewise::differential
