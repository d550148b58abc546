// An earlier answer, if there was one.
#include "reactor/kernel/simulated/replay_chooser.h"

#include <algorithm>

namespace edgewise::sim {

ReplayChooser::ReplayChooser(const std::vector<Choice>& choices) {
  for (const Choice& choice : choices) {
    choices_[static_cast<std::size_t>(choice.point)].push_back(choice);
  }
  for (std::vector<Choice>& of_point : choices_) std::sort(of_point.begin(), of_point.end());
}

std::uint32_t ReplayChooser::Pick(ChoicePoint point, std::uint64_t ordinal, std::uint32_t count) {
  const std::vector<Choice>& choices = choices_[static_cast<std::size_t>(point)];
  std::size_t& next = next_[static_cast<std::size_t>(point)];
  while (next < choices.size() && choices[next].ordinal < ordinal) ++next;
  if (next == choices.size() || choices[next].ordinal != ordinal) return 0;
  return std::min(choices[next].value, count - 1);
}

}  // namespace edgewise::sim
