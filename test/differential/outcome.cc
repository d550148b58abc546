// Outcomes as text.
#include "test/differential/outcome.h"

#include "test/differential/operation.h"

namespace edgewise::differential {

std::string Describe(const Outcome& outcome) {
  if (outcome.skipped) return "skipped";
  std::string text = outcome.error == Error::kNone ? std::to_string(outcome.value)
                                                   : std::string(ErrorSymbol(outcome.error));
  if (outcome.content != 0) text += " #" + std::to_string(outcome.content % 10'000);
  for (const Outcome::Event& event : outcome.events) {
    text += " v" + std::to_string(event.variable) + ":" + DescribeMask(event.mask);
  }
  return text;
}

}  // namespace edgewise::differential
