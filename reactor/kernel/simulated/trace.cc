// The last calls as text.
#include "reactor/kernel/simulated/trace.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>

#include "reactor/kernel/error.h"
#include "reactor/kernel/simulated/timeline.h"

namespace edgewise::sim {

std::string Trace::Last(std::size_t lines, const Threads& threads) const {
  const auto kept = static_cast<std::size_t>(std::min<std::uint64_t>(count_, entries_.size()));
  const std::uint64_t first = count_ - std::min(lines, kept);
  std::size_t width = 0;
  for (std::uint64_t i = first; i < count_; ++i) {
    width = std::max(width, threads.NameOf(entries_[i % entries_.size()].thread).size());
  }
  std::string text;
  for (std::uint64_t i = first; i < count_; ++i) {
    const Entry& entry = entries_[i % entries_.size()];
    const Duration since = entry.when - Timeline::kBegin;
    std::string who = threads.NameOf(entry.thread);
    who.resize(width, ' ');
    std::array<char, 96> when;
    std::snprintf(when.data(), when.size(), "  %14.6f ms  ",
                  std::chrono::duration<double, std::milli>(since).count());
    const std::string answer = entry.answer < 0
                                   ? std::string(ErrorSymbol(static_cast<Error>(-entry.answer)))
                                   : std::to_string(entry.answer);
    text.append(when.data()).append(who).append("  ").append(entry.call);
    text.append("(").append(std::to_string(entry.handle)).append(") = ").append(answer) += '\n';
  }
  return text;
}

}  // namespace edgewise::sim
