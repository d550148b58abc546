// The two state machines of a connection and their one join.
//
// A stream has two directions that end separately. Each is a machine of its own with one table;
// `Over` is the one place that decides when both together are at their end. The tables are the
// source of the diagrams in the documentation.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "reactor/check.h"

namespace edgewise {

// What arrives.
enum class ReadSide : std::uint8_t {
  kOpen = 0,  // more may come
  kEof,       // the peer has finished sending, and all of it was read
  kFailed,    // broken
};
enum class ReadEvent : std::uint8_t { kEndOfStream, kFault };

// What leaves.
enum class WriteSide : std::uint8_t {
  kOpen = 0,  // accepts output
  kDraining,  // closing: takes no more, what is queued still leaves
  kShut,      // all has left and the peer was told so
  kFailed,    // broken, or given up
};
enum class WriteEvent : std::uint8_t { kClose, kDrained, kFault };

template <typename State, typename Event>
struct TransitionRow {
  State from;
  Event event;
  State to;
  std::string_view why;
};

inline constexpr std::array<TransitionRow<ReadSide, ReadEvent>, 4> kReadTransitions{{
    {ReadSide::kOpen, ReadEvent::kEndOfStream, ReadSide::kEof, "recv answered 0"},
    {ReadSide::kOpen, ReadEvent::kFault, ReadSide::kFailed, "recv or send met an error"},
    {ReadSide::kEof, ReadEvent::kFault, ReadSide::kFailed, "send met an error after the end"},
    {ReadSide::kFailed, ReadEvent::kFault, ReadSide::kFailed, "an error is sticky"},
}};

inline constexpr std::array<TransitionRow<WriteSide, WriteEvent>, 7> kWriteTransitions{{
    {WriteSide::kOpen, WriteEvent::kClose, WriteSide::kDraining, "a close flushes first"},
    {WriteSide::kOpen, WriteEvent::kFault, WriteSide::kFailed, "recv or send met an error"},
    {WriteSide::kDraining, WriteEvent::kDrained, WriteSide::kShut, "the last byte left: SHUT_WR"},
    {WriteSide::kDraining, WriteEvent::kFault, WriteSide::kFailed, "an answer was lost"},
    {WriteSide::kShut, WriteEvent::kFault, WriteSide::kFailed, "reset while lingering"},
    {WriteSide::kFailed, WriteEvent::kFault, WriteSide::kFailed, "an error is sticky"},
    {WriteSide::kShut, WriteEvent::kClose, WriteSide::kShut, "closing twice changes nothing"},
}};

// The state after `event`. A pair that the table lacks is a fault in the caller.
template <typename Table, typename State, typename Event>
constexpr State Transition(const Table& table, State from, Event event) {
  for (const auto& row : table) {
    if (row.from == from && row.event == event) return row.to;
  }
  CheckFailed(__FILE__, __LINE__, "a row for (state, event)",
              "a connection met an event that its state does not allow");
}

// The join: nothing can come and nothing can leave any more.
constexpr bool Over(ReadSide read, WriteSide write) {
  const bool read_over = read != ReadSide::kOpen;
  const bool write_over = write == WriteSide::kShut || write == WriteSide::kFailed;
  return read_over && write_over;
}

}  // namespace edgewise
