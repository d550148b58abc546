// The list of scenarios.
#include "test/sim/scenarios.h"

#include "test/sim/scenario.h"

namespace edgewise::sim_test {

const std::vector<NamedScenario>& AllScenarios() {
  static const std::vector<NamedScenario> all = {
      {"frames", FrameEcho, {"drained", "closed: reset", "a frame while output waits"}},
      {"lines", LineEcho, {"drained", "closed: reset"}},
      {"bytes", ByteEcho, {"drained", "closed: reset"}},
  };
  return all;
}

}  // namespace edgewise::sim_test
