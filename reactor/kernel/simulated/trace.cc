// The last calls as text.
#include "reactor/kernel/simulated/trace.h"

#include <algorithm>
#include <cstdio>

#include "reactor/kernel/error.h"
#include "reactor/kernel/simulated/timeline.h"

namespace edgewise::sim {

std::string Trace::Last(std::size_t lines) const {
  const auto kept = static_cast<std::size_t>(std::min<std::uint64_t>(count_, entries_.size()));
  std::string text;
  for (std::uint64_t i = count_ - std::min(lines, kept); i < count_; ++i) {
    const Entry& entry = entries_[i % entries_.size()];
    const Duration since = entry.when - Timeline::kBegin;
    std::array<char, 160> line;
    const std::string answer = entry.answer < 0
                                   ? std::string(ErrorSymbol(static_cast<Error>(-entry.answer)))
                                   : std::to_string(entry.answer);
    std::snprintf(line.data(), line.size(), "  %14.6f ms  thread %zu  %s(%d) = %s\n",
                  std::chrono::duration<double, std::milli>(since).count(), entry.thread,
                  entry.call, entry.handle, answer.c_str());
    text += line.data();
  }
  return text;
}

}  // namespace edgewise::sim
