// Choosers: where the answers come from, and what becomes of the record of them.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "reactor/kernel/simulated/byte_chooser.h"
#include "reactor/kernel/simulated/odometer_chooser.h"
#include "reactor/kernel/simulated/plain_chooser.h"
#include "reactor/kernel/simulated/replay_chooser.h"
#include "reactor/kernel/simulated/seeded_chooser.h"
#include "test/simulated/visits.h"

namespace edgewise::simulated_test {
namespace {

using sim::Choice;
using sim::ChoicePoint;
using sim::ParseChoices;
using sim::PrintChoices;

// Many questions at every point.
std::vector<std::uint32_t> AskAll(sim::Chooser& chooser) {
  std::vector<std::uint32_t> answers;
  for (int round = 0; round < 50; ++round) {
    for (std::size_t i = 0; i < sim::kChoicePointCount; ++i) {
      answers.push_back(chooser.Choose(static_cast<ChoicePoint>(i), 2 + round % 7));
    }
  }
  return answers;
}

// Fault rates of a storm, so that a short run has many of them.
sim::Weather Storm() {
  return {.fault_share = 0.9, .chance_share = 0.9, .fault_rates = {0.1, 0.1, 0.2, 0.3}};
}

std::uint64_t HashOf(sim::Chooser& chooser) {
  sim::Simulation simulation(chooser);
  FrameVisit(simulation);
  return simulation.world().trace().hash();
}

// A tree of `depth` questions with `count` answers each.
void FixedTree(sim::Chooser& chooser, int depth, std::uint32_t count) {
  for (int i = 0; i < depth; ++i) static_cast<void>(chooser.Choose(ChoicePoint::kReset, count));
}

// How many ways there are to answer `depth` questions with at most `most` unusual answers, of which
// each has `kinds`.
std::uint64_t Ways(std::uint64_t depth, std::uint64_t most, std::uint64_t kinds) {
  std::uint64_t sum = 0;
  std::uint64_t ways = 1;
  for (std::uint64_t unusual = 0; unusual <= most && unusual <= depth; ++unusual) {
    sum += ways;
    ways = ways * (depth - unusual) / (unusual + 1) * kinds;
  }
  return sum;
}

}  // namespace

TEST_CASE("each kind of choice is explained once, in the order in which it comes") {
  CHECK(sim::ExplainChoices({}).empty());
  std::set<std::string_view> meanings;
  for (std::size_t i = 0; i < sim::kChoicePointCount; ++i) {
    const auto point = static_cast<ChoicePoint>(i);
    CHECK(sim::ChoicePointMeaning(point).starts_with("the Nth "));
    meanings.insert(sim::ChoicePointMeaning(point));
  }
  CHECK(meanings.size() == sim::kChoicePointCount);
  CHECK(sim::ExplainChoices({{ChoicePoint::kReset, 3, 1},
                             {ChoicePoint::kScenario, 1, 2},
                             {ChoicePoint::kReset, 7, 1}}) ==
        "  reset:N=V  the Nth segment that arrived: met by a reset, as if the network had cut the "
        "connection\n  scenario:N=V  the Nth Pick of the scenario: V\n");
}

TEST_CASE("a seed gives the same answers every time, and another seed others") {
  std::set<std::vector<std::uint32_t>> all;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    sim::SeededChooser one(seed, Storm());
    sim::SeededChooser again(seed, Storm());
    const std::vector<std::uint32_t> answers = AskAll(one);
    CHECK(answers == AskAll(again));
    all.insert(answers);
  }
  CHECK(all.size() == 50);
}

TEST_CASE("whole runs of a server: the same seed gives the same trace, and so does its trail") {
  std::set<std::uint64_t> hashes;
  std::size_t choices = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    sim::SeededChooser first(seed, Storm());
    const std::uint64_t hash = HashOf(first);
    sim::SeededChooser again(seed, Storm());
    CHECK(HashOf(again) == hash);
    CHECK(again.trail() == first.trail());
    sim::ReplayChooser replay(first.trail());
    CHECK(HashOf(replay) == hash);
    CHECK(replay.trail() == first.trail());
    hashes.insert(hash);
    choices += first.trail().size();
  }
  CHECK(hashes.size() > 150);
  CHECK(choices > 200);
}

TEST_CASE("usual weather is a day on which nothing happens") {
  sim::SeededChooser usual(7, sim::Weather::Usual());
  sim::PlainChooser plain;
  CHECK(HashOf(usual) == HashOf(plain));
  CHECK(usual.trail().empty());
}

TEST_CASE("choices survive being printed") {
  std::vector<Choice> all;
  for (std::size_t i = 0; i < sim::kChoicePointCount; ++i) {
    const auto point = static_cast<ChoicePoint>(i);
    CHECK_FALSE(sim::ChoicePointName(point).empty());
    all.push_back({point, i * 1'000'000'007, static_cast<std::uint32_t>(0xffffffff - i)});
  }
  CHECK(ParseChoices(PrintChoices(all)) == all);
  CHECK(PrintChoices({}) == "none");
  CHECK(ParseChoices("none") == std::vector<Choice>{});
  CHECK(PrintChoices({{ChoicePoint::kShortSend, 3, 1}, {ChoicePoint::kReset, 1, 1}}) ==
        "short-send:3=1,reset:1=1");
  sim::SeededChooser chooser(3, Storm());
  AskAll(chooser);
  CHECK(ParseChoices(PrintChoices(chooser.trail())) == chooser.trail());
}

TEST_CASE("what is no list of choices is refused") {
  for (const char* text :
       {"", ",", "reset", "reset:1", "reset=1", "reset:=1", "reset:1=", "reset:x=1", "reset:1=y",
        "resets:1=1", "reset:-1=1", "reset:1=-1", "reset:1=4294967296", "reset:1=1,", ",reset:1=1",
        "reset:1=1,,reset:2=1", "none,none", "reset=1:1", "reset:1=1;reset:2=1"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseChoices(text).has_value());
  }
}

TEST_CASE("bytes answer one question each, and nothing is unusual when they are over") {
  const std::array<std::uint8_t, 4> bytes = {7, 0, 255, 3};
  sim::ByteChooser chooser(bytes.data(), bytes.size());
  CHECK(chooser.Choose(ChoicePoint::kReset, 4) == 3);
  // Nobody has a choice here: that takes no byte.
  CHECK(chooser.Choose(ChoicePoint::kReset, 1) == 0);
  CHECK(chooser.Choose(ChoicePoint::kSegment, 4) == 0);
  CHECK(chooser.Choose(ChoicePoint::kReset, 100) == 55);
  CHECK(chooser.Choose(ChoicePoint::kReset, 3) == 0);
  for (int i = 0; i < 10; ++i) CHECK(chooser.Choose(ChoicePoint::kReset, 9) == 0);
  CHECK(PrintChoices(chooser.trail()) == "reset:1=3,reset:3=55");
}

TEST_CASE("faults end, chance does not, and what was asked and taken is counted") {
  sim::SeededChooser chooser(1, {.fault_share = 1,
                                 .chance_share = 1,
                                 .fault_rates = {1, 1, 1, 1},
                                 .chance_rates = {1, 1, 1, 1}});
  CHECK(chooser.Choose(ChoicePoint::kInterrupted, 2) == 1);
  CHECK(chooser.Choose(ChoicePoint::kSegment, 2) == 1);
  chooser.EndFaults();
  for (int i = 0; i < 9; ++i) {
    CHECK(chooser.Choose(ChoicePoint::kInterrupted, 2) == 0);
    CHECK(chooser.Choose(ChoicePoint::kSegment, 2) == 1);
  }
  CHECK(chooser.asked(ChoicePoint::kInterrupted) == 10);
  CHECK(chooser.taken(ChoicePoint::kInterrupted) == 1);
  CHECK(chooser.taken(ChoicePoint::kSegment) == 10);
}

TEST_CASE("an odometer goes through all placements of a fixed tree, each once") {
  for (const std::uint32_t most : {0u, 1u, 2u, 3u, 9u}) {
    for (const std::uint32_t count : {2u, 3u, 5u}) {
      CAPTURE(most, count);
      sim::OdometerChooser odometer({ChoicePoint::kReset}, most);
      std::set<std::vector<Choice>> seen;
      do {
        FixedTree(odometer, 6, count);
        CHECK(odometer.trail().size() <= most);
        CHECK(seen.insert(odometer.trail()).second);
      } while (odometer.Advance());
      CHECK(seen.size() == Ways(6, most, count - 1));
      CHECK(odometer.runs() == seen.size());
    }
  }
}

TEST_CASE("an odometer goes through a tree that depends on its choices, each branch once") {
  // An unusual answer brings two more questions, and a wider one after them.
  sim::OdometerChooser odometer({ChoicePoint::kReset, ChoicePoint::kStall}, 3);
  std::set<std::vector<Choice>> seen;
  do {
    if (odometer.Choose(ChoicePoint::kReset, 3) != 0) {
      FixedTree(odometer, 2, 2);
      static_cast<void>(odometer.Choose(ChoicePoint::kStall, 4));
    }
    static_cast<void>(odometer.Choose(ChoicePoint::kStall, 2));
    // Nobody turns this one.
    CHECK(odometer.Choose(ChoicePoint::kInterrupted, 2) == 0);
    CHECK(seen.insert(odometer.trail()).second);
  } while (odometer.Advance());
  // Without the first: 2. With it, in 2 ways: at most 2 more of {1, 1, 3, 1} ways.
  CHECK(seen.size() == 2 + 2 * (1 + (1 + 1 + 3 + 1) + (1 + 3 + 1 + 3 + 1 + 3)));
}

TEST_CASE("an odometer over a whole server goes through every placement of one fault") {
  sim::OdometerChooser odometer({ChoicePoint::kInterrupted, ChoicePoint::kWouldBlock}, 1);
  std::uint64_t asked = 0;
  std::set<std::uint64_t> hashes;
  do {
    hashes.insert(HashOf(odometer));
    if (odometer.trail().empty()) {
      asked = odometer.asked(ChoicePoint::kInterrupted) + odometer.asked(ChoicePoint::kWouldBlock);
    }
  } while (odometer.Advance());
  // One run for each question of the usual run (but those after the faults' end), and that itself.
  CHECK(odometer.runs() > 10);
  CHECK(odometer.runs() <= asked + 1);
  CHECK(hashes.size() == odometer.runs());
}

TEST_CASE("the ordinals of a point do not shift when choices of another one are left out") {
  const std::vector<Choice> all = {{ChoicePoint::kReset, 2, 1},
                                   {ChoicePoint::kStall, 1, 2},
                                   {ChoicePoint::kReset, 5, 1},
                                   {ChoicePoint::kStall, 4, 3}};
  const auto answers = [](const std::vector<Choice>& choices) {
    sim::ReplayChooser replay(choices);
    std::vector<std::uint32_t> of_resets;
    for (int i = 0; i < 6; ++i) {
      // A stall makes more questions of its own kind, as one thing leads to another in a run.
      if (replay.Choose(ChoicePoint::kStall, 4) != 0) {
        static_cast<void>(replay.Choose(ChoicePoint::kStall, 4));
      }
      of_resets.push_back(replay.Choose(ChoicePoint::kReset, 2));
    }
    return of_resets;
  };
  const std::vector<std::uint32_t> expected = {0, 1, 0, 0, 1, 0};
  CHECK(answers(all) == expected);
  CHECK(answers({all[0], all[2]}) == expected);
  CHECK(answers({all[3], all[2], all[0]}) == expected);
  CHECK(answers({all[1], all[2]}) == std::vector<std::uint32_t>{0, 0, 0, 0, 1, 0});
}

TEST_CASE("a replayed answer that is no longer possible becomes the nearest that is") {
  sim::ReplayChooser replay({{ChoicePoint::kReset, 1, 9}, {ChoicePoint::kReset, 2, 9}});
  CHECK(replay.Choose(ChoicePoint::kReset, 4) == 3);
  CHECK(replay.Choose(ChoicePoint::kReset, 1) == 0);
}

}  // namespace edgewise::simulated_test
