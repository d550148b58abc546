// What the real kernel did is something that the simulated one can do.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "test/differential/walks.h"

namespace edgewise::differential {

TEST_CASE("the simulated kernel follows ten thousand random walks of the real one", "[walk]") {
  constexpr std::uint64_t kWalks = 10'000;
  Walks walks;
  for (std::uint64_t seed = 1; seed <= kWalks; ++seed) {
    const std::optional<std::string> report = walks.Run(seed);
    if (!report) continue;
    FAIL("edgewise-walks --first " << seed << " --walks 1\n"
                                   << *report << "\nshrunk:\n"
                                   << walks.Shrink(seed).value_or("it did not happen again"));
  }
  CHECK(walks.steps() > 10 * kWalks);
  // What was not compared to its end must stay the exception.
  CHECK(walks.lost() < kWalks / 100);
  CHECK(walks.disturbed() < kWalks / 100);
}

}  // namespace edgewise::differential
