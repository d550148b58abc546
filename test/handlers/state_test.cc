// The two state machines and their join: every row, and nothing but the rows.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>
#include <utility>

#include "handlers/accept_state.h"
#include "handlers/connection_state.h"
#include "handlers/hold.h"
#include "test/reactor/death.h"

namespace edgewise {
namespace {

template <typename Table>
void CheckRows(const Table& table) {
  std::set<std::pair<int, int>> keys;
  for (const auto& row : table) {
    CHECK(Transition(table, row.from, row.event) == row.to);
    CHECK_FALSE(row.why.empty());
    // One answer for each question.
    CHECK(keys.emplace(static_cast<int>(row.from), static_cast<int>(row.event)).second);
  }
}

template <typename Table, typename State, typename Event>
bool Aborts(const Table& table, State from, Event event) {
  const std::string said = DeathMessage([&] { static_cast<void>(Transition(table, from, event)); });
  return said.find("a row for (state, event)") != std::string::npos;
}

constexpr std::array<ReadSide, 3> kReadSides{ReadSide::kOpen, ReadSide::kEof, ReadSide::kFailed};
constexpr std::array<WriteSide, 4> kWriteSides{WriteSide::kOpen, WriteSide::kDraining,
                                               WriteSide::kShut, WriteSide::kFailed};

}  // namespace

TEST_CASE("each row of the state tables is what Transition answers") {
  CheckRows(kAcceptTransitions);
  CheckRows(kReadTransitions);
  CheckRows(kWriteTransitions);
}

TEST_CASE("an event that a state does not allow is a fault, not a guess") {
  const auto check = [](const auto& impossible, const auto& table) {
    for (const auto& row : impossible) CHECK(Aborts(table, row.from, row.event));
  };
  check(kAcceptImpossible, kAcceptTransitions);
  check(kReadImpossible, kReadTransitions);
  check(kWriteImpossible, kWriteTransitions);
  CHECK_FALSE(Aborts(kWriteTransitions, WriteSide::kOpen, WriteEvent::kClose));
}

TEST_CASE("tables that leave a cell open, or fill one twice, are told from those that do not") {
  using Row = TransitionRow<ReadSide, ReadEvent>;
  constexpr std::array<Row, 3> kOneMissing{
      {kReadTransitions[0], kReadTransitions[1], kReadTransitions[2]}};
  constexpr std::array<Row, 4> kOneTwice{
      {kReadTransitions[0], kReadTransitions[0], kReadTransitions[2], kReadTransitions[3]}};
  CHECK(FillsEveryCell(kReadTransitions, kReadImpossible, 3, 2));
  CHECK_FALSE(FillsEveryCell(kOneMissing, kReadImpossible, 3, 2));
  CHECK_FALSE(FillsEveryCell(kOneTwice, kReadImpossible, 3, 2));
  // A row of a state that there is not.
  CHECK_FALSE(FillsEveryCell(kReadTransitions, kReadImpossible, 2, 2));
}

TEST_CASE("a fault is possible in every state, and final") {
  for (const ReadSide side : kReadSides) {
    CHECK(Transition(kReadTransitions, side, ReadEvent::kFault) == ReadSide::kFailed);
  }
  for (const WriteSide side : kWriteSides) {
    CHECK(Transition(kWriteTransitions, side, WriteEvent::kFault) == WriteSide::kFailed);
  }
}

TEST_CASE("a connection is over when nothing can come and nothing can leave") {
  for (const ReadSide read : kReadSides) {
    for (const WriteSide write : kWriteSides) {
      const bool expected =
          read != ReadSide::kOpen && (write == WriteSide::kShut || write == WriteSide::kFailed);
      CHECK(Over(read, write) == expected);
    }
  }
}

TEST_CASE("holds have names") {
  CHECK(HoldNames(0).empty());
  CHECK(HoldNames(HoldBit(Hold::kHighWater)) == "high-water");
  CHECK(HoldNames(HoldBit(Hold::kUser) | HoldBit(Hold::kHighWater)) == "high-water, user");
  CHECK(HoldNames(HoldBit(Hold::kMemory)) == "memory");
}

}  // namespace edgewise
