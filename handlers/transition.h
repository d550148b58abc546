// Transition: a state machine as data, with no cell left open.
//
// A machine is an enumeration of states, one of events, and two tables that together name every
// pair of them exactly once: what the event leads to, or why it cannot come in that state. That
// they do is asserted where the tables are. docs/machines.md shows them, and a test compares.
#pragma once

#include <cstddef>
#include <string_view>

#include "reactor/check.h"

namespace edgewise {

// In one state, what an event leads to, and why.
template <typename State, typename Event>
struct TransitionRow {
  // The pair, what becomes of it, and a few words for docs/machines.md:
  State from;
  Event event;
  State to;
  std::string_view why;
};

// A pair that cannot come about: to meet it is a fault in the caller.
template <typename State, typename Event>
struct ImpossibleRow {
  // The pair, and a few words for docs/machines.md:
  State from;
  Event event;
  std::string_view why;
};

// The state after `event`. REQUIRES: a row for the pair.
template <typename Table, typename State, typename Event>
constexpr State Transition(const Table& table, State from, Event event) {
  for (const auto& row : table) {
    if (row.from == from && row.event == event) return row.to;
  }
  CheckFailed(__FILE__, __LINE__, "a row for (state, event)",
              "a state machine met an event that its state does not allow");
}

// Each of the first `states` states with each of the first `events` events is in one row of the two
// tables, and in no second one. For static_assert.
template <typename Possible, typename Impossible>
constexpr bool FillsEveryCell(const Possible& possible, const Impossible& impossible,
                              std::size_t states, std::size_t events) {
  for (std::size_t state = 0; state < states; ++state) {
    for (std::size_t event = 0; event < events; ++event) {
      std::size_t rows = 0;
      const auto count = [&](const auto& row) {
        rows += static_cast<std::size_t>(row.from) == state &&
                static_cast<std::size_t>(row.event) == event;
      };
      for (const auto& row : possible) count(row);
      for (const auto& row : impossible) count(row);
      if (rows != 1) return false;
    }
  }
  return possible.size() + impossible.size() == states * events;
}

}  // namespace edgewise
