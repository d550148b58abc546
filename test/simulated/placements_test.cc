// The smallest scenarios under every placement of a few faults. A failure prints its choices; the
// last test runs a visit with those of the environment's EDGEWISE_REPLAY.
#include "test/simulated/placements.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "test/simulated/visits.h"

namespace edgewise::simulated_test {
namespace {

using sim::ChoicePoint;

void CheckAll(const char* name, const sim::Scenario& scenario,
              const std::vector<ChoicePoint>& points, std::uint32_t unusual_max,
              std::uint64_t runs_min) {
  const Placements placements = RunPlacements(scenario, points, unusual_max);
  std::printf("%s: %llu placements\n", name, static_cast<unsigned long long>(placements.runs));
  INFO(placements.failure);
  CHECK(placements.failure.empty());
  CHECK(placements.runs > runs_min);
}

}  // namespace

TEST_CASE("frames under every placement of four faults of the data's way", "[placements]") {
  CheckAll("frames, data", FrameVisit,
           {ChoicePoint::kWouldBlock, ChoicePoint::kInterrupted, ChoicePoint::kShortSend,
            ChoicePoint::kReset, ChoicePoint::kEpollAddError},
           4, 3000);
}

TEST_CASE("frames under every placement of three faults of any kind", "[placements]") {
  CheckAll("frames, all", FrameVisit,
           {ChoicePoint::kAcceptError, ChoicePoint::kEpollAddError, ChoicePoint::kWouldBlock,
            ChoicePoint::kInterrupted, ChoicePoint::kShortSend, ChoicePoint::kReset,
            ChoicePoint::kStall, ChoicePoint::kOpenError, ChoicePoint::kSocketError},
           3, 20'000);
}

TEST_CASE("answers that have to be queued, under every placement of three faults", "[placements]") {
  CheckAll("narrow", NarrowVisit,
           {ChoicePoint::kBuffers, ChoicePoint::kWouldBlock, ChoicePoint::kShortSend,
            ChoicePoint::kReset},
           3, 10'000);
}

TEST_CASE("an HTTP request under every placement of four faults and cuts", "[placements]") {
  CheckAll("http", HttpVisit,
           {ChoicePoint::kEpollAddError, ChoicePoint::kWouldBlock, ChoicePoint::kInterrupted,
            ChoicePoint::kShortSend, ChoicePoint::kReset, ChoicePoint::kSegment},
           4, 10'000);
}

TEST_CASE("a client that connects, under every placement of three faults", "[placements]") {
  CheckAll("client", ClientVisit,
           {ChoicePoint::kOpenError, ChoicePoint::kEpollAddError, ChoicePoint::kConnectFate,
            ChoicePoint::kSpuriousHangup, ChoicePoint::kWouldBlock, ChoicePoint::kInterrupted,
            ChoicePoint::kShortSend, ChoicePoint::kReset, ChoicePoint::kSocketError},
           3, 1000);
}

TEST_CASE("a server that is stopped with a client there, under every placement of three faults",
          "[placements]") {
  CheckAll("drain", DrainVisit,
           {ChoicePoint::kAcceptError, ChoicePoint::kWouldBlock, ChoicePoint::kInterrupted,
            ChoicePoint::kShortSend, ChoicePoint::kReset, ChoicePoint::kStall,
            ChoicePoint::kEpollAddError},
           3, 20'000);
}

TEST_CASE("a server that starts on a bad day, under every placement of three faults",
          "[placements]") {
  CheckAll("start", StartVisit,
           {ChoicePoint::kOpenError, ChoicePoint::kSocketError, ChoicePoint::kEpollAddError,
            ChoicePoint::kAcceptError},
           3, 8000);
}

TEST_CASE("a failing placement is told, with the choices that lead there") {
  const Placements placements = RunPlacements(
      [](sim::Simulation& simulation) {
        FrameVisit(simulation);
        const sim::Chooser& chooser = simulation.world().chooser();
        simulation.Check(
            chooser.taken(ChoicePoint::kReset) + chooser.taken(ChoicePoint::kShortSend) < 2,
            "the canary sings");
      },
      {ChoicePoint::kReset, ChoicePoint::kShortSend}, 3);
  CHECK(placements.failure.find("does not hold: the canary sings") != std::string::npos);
  CHECK(placements.failure.find("EDGEWISE_REPLAY='short-send:1=1,") != std::string::npos);
  CHECK(placements.runs > 2);
}

TEST_CASE("each visit alone goes well") {
  for (const auto& visit :
       {FrameVisit, NarrowVisit, HttpVisit, ClientVisit, DrainVisit, StartVisit, PostVisit}) {
    CHECK(RunPlacements(visit, {}, 0).failure.empty());
  }
}

// EDGEWISE_VISIT=drain EDGEWISE_REPLAY='stall:2=1' simulated_test "[replay]"
TEST_CASE("a visit is run again", "[.][replay]") {
  const char* const name = std::getenv("EDGEWISE_VISIT");
  REQUIRE(name != nullptr);
  const std::map<std::string_view, void (*)(sim::Simulation&)> visits = {
      {"frames", FrameVisit}, {"narrow", NarrowVisit}, {"http", HttpVisit}, {"client", ClientVisit},
      {"drain", DrainVisit},  {"start", StartVisit},   {"post", PostVisit}};
  CHECK(sim::Explore(visits.at(name)).ok);
}

}  // namespace edgewise::simulated_test
