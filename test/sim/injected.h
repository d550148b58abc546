// What faults were injected, as far as scenarios have to account for them.
#pragma once

#include <cstdint>

#include "reactor/kernel/simulated/chooser.h"

namespace edgewise::sim_test {

// Errors of accept, by what they mean for the listener; the order is that of
// SimulatedKernel::Accept. A value.
struct InjectedAccepts {
  std::uint64_t process_limits = 0;
  std::uint64_t back_offs = 0;
  std::uint64_t would_blocks = 0;
  std::uint64_t of_peers = 0;
};
inline InjectedAccepts CountInjectedAccepts(const sim::Chooser& chooser) {
  InjectedAccepts injected;
  for (const sim::Choice& choice : chooser.trail()) {
    if (choice.point != sim::ChoicePoint::kAcceptError) continue;
    if (choice.value == 1) {
      ++injected.process_limits;
    } else if (choice.value <= 4) {
      ++injected.back_offs;
    } else if (choice.value == 6) {
      ++injected.would_blocks;
    } else {
      ++injected.of_peers;
    }
  }
  return injected;
}

}  // namespace edgewise::sim_test
