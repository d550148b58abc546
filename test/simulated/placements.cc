// The odometer turns in a child, which keeps in shared memory where it is.
#include "test/simulated/placements.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "reactor/kernel/simulated/child_process.h"
#include "reactor/kernel/simulated/choice_log.h"
#include "reactor/kernel/simulated/odometer_chooser.h"
#include "reactor/kernel/simulated/shared_memory.h"

namespace edgewise::simulated_test {
namespace {

struct Notes {
  std::uint64_t runs;
  std::array<char, 16'384> what;
  sim::ChoiceLog choices;
};

}  // namespace

Placements RunPlacements(const sim::Scenario& scenario, const std::vector<sim::ChoicePoint>& points,
                         std::uint32_t unusual_max, const sim::WorldOptions& world,
                         double seconds_max) {
  const sim::SharedMemory memory(sizeof(Notes));
  auto& notes = *static_cast<Notes*>(memory.get());
  sim::ChildProcess child([&] {
    sim::WorldOptions options = world;
    options.on_violation = [&notes](const std::string& what) {
      std::memcpy(notes.what.data(), what.data(), std::min(what.size(), notes.what.size() - 1));
      sim::ChildProcess::Exit(1);
    };
    sim::OdometerChooser odometer(points, unusual_max);
    odometer.LogTo(notes.choices);
    do {
      notes.choices.Clear();
      ++notes.runs;
      sim::Simulation simulation(odometer, options);
      scenario(simulation);
    } while (odometer.Advance());
  });
  const std::string ended = child.Wait(seconds_max);
  Placements placements{.runs = notes.runs};
  if (ended.empty()) return placements;
  placements.failure = std::string(notes.what.data()) + "\nthe process " + ended + "\n" +
                       child.errors() + "\nEDGEWISE_REPLAY='" +
                       sim::PrintChoices(notes.choices.ToVector()) + "'\n";
  return placements;
}

}  // namespace edgewise::simulated_test
