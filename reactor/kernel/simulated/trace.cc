// The last calls as text.
#include "reactor/kernel/simulated/trace.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "reactor/kernel/error.h"
#include "reactor/kernel/simulated/timeline.h"

namespace edgewise::sim {
namespace {

// Two calls that were made again and again, such as those of a timer, are told once.
std::vector<std::string> Folded(const std::vector<std::pair<std::string, std::string>>& calls) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < calls.size();) {
    std::size_t again = 0;
    const auto same = [&calls](std::size_t a, std::size_t b) {
      return b < calls.size() && calls[a].second == calls[b].second;
    };
    while (same(i, i + 2 * again + 2) && same(i + 1, i + 2 * again + 3)) ++again;
    const bool folds = again > 1;
    for (const std::size_t end = i + (folds ? 2 : 1); i < end; ++i) {
      lines.push_back("  " + calls[i].first + "  " + calls[i].second + "\n");
    }
    if (!folds) continue;
    lines.push_back("    ... these two " + std::to_string(again) + " times more\n");
    i += 2 * again;
  }
  return lines;
}

}  // namespace

std::string Trace::Last(std::size_t lines, const Threads& threads) const {
  const std::uint64_t first = count_ - std::min<std::uint64_t>(count_, entries_.size());
  std::size_t width = 0;
  for (std::uint64_t i = first; i < count_; ++i) {
    width = std::max(width, threads.NameOf(entries_[i % entries_.size()].thread).size());
  }
  std::vector<std::pair<std::string, std::string>> calls;  // when, and what
  for (std::uint64_t i = first; i < count_; ++i) {
    const Entry& entry = entries_[i % entries_.size()];
    const Duration since = entry.when - Timeline::kBegin;
    std::array<char, 96> when;
    std::snprintf(when.data(), when.size(), "%14.6f ms",
                  std::chrono::duration<double, std::milli>(since).count());
    std::string what = threads.NameOf(entry.thread);
    what.resize(width, ' ');
    what.append("  ").append(entry.call).append("(").append(std::to_string(entry.handle));
    what.append(") = ").append(entry.answer < 0
                                   ? std::string(ErrorSymbol(static_cast<Error>(-entry.answer)))
                                   : std::to_string(entry.answer));
    calls.emplace_back(when.data(), std::move(what));
  }
  const std::vector<std::string> folded = Folded(calls);
  std::string text;
  for (std::size_t i = folded.size() - std::min(lines, folded.size()); i < folded.size(); ++i) {
    text += folded[i];
  }
  return text;
}

}  // namespace edgewise::sim
