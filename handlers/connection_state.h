// The two state machines of a connection and their one join.
//
// A stream has two directions that end separately. Each is a machine of its own with one table;
// `Over` is the one place that decides when both together are at their end. The tables are the
// source of docs/machines.md.
#pragma once

#include <array>
#include <cstdint>

#include "handlers/transition.h"

namespace edgewise {

// What arrives.
enum class ReadSide : std::uint8_t {
  kOpen = 0,  // more may come
  kEof,       // the peer has finished sending, and all of it was read
  kFailed,    // broken
};
// What happens to the read side.
enum class ReadEvent : std::uint8_t {
  kEndOfStream,  // the peer has said that it sends no more
  kFault,        // an error of the connection, or a decision to give it up
};

// What leaves.
enum class WriteSide : std::uint8_t {
  kOpen = 0,  // accepts output
  kDraining,  // closing: takes no more, what is queued still leaves
  kShut,      // all has left and the peer was told so
  kFailed,    // broken, or given up
};
// What happens to the write side.
enum class WriteEvent : std::uint8_t {
  kClose,    // somebody wants an orderly end
  kDrained,  // what was queued has left
  kFault,    // as on the read side
};

// What each event leads to on the read side.
inline constexpr std::array<TransitionRow<ReadSide, ReadEvent>, 4> kReadTransitions{{
    {ReadSide::kOpen, ReadEvent::kEndOfStream, ReadSide::kEof, "recv answered 0"},
    {ReadSide::kOpen, ReadEvent::kFault, ReadSide::kFailed, "recv or send met an error"},
    {ReadSide::kEof, ReadEvent::kFault, ReadSide::kFailed, "send met an error after the end"},
    {ReadSide::kFailed, ReadEvent::kFault, ReadSide::kFailed, "an error is sticky"},
}};

// What each event leads to on the write side.
inline constexpr std::array<TransitionRow<WriteSide, WriteEvent>, 8> kWriteTransitions{{
    {WriteSide::kOpen, WriteEvent::kClose, WriteSide::kDraining, "a close flushes first"},
    {WriteSide::kOpen, WriteEvent::kFault, WriteSide::kFailed, "recv or send met an error"},
    {WriteSide::kDraining, WriteEvent::kDrained, WriteSide::kShut, "the last byte left: SHUT_WR"},
    {WriteSide::kDraining, WriteEvent::kFault, WriteSide::kFailed, "an answer was lost"},
    {WriteSide::kShut, WriteEvent::kFault, WriteSide::kFailed, "reset while lingering"},
    {WriteSide::kFailed, WriteEvent::kFault, WriteSide::kFailed, "an error is sticky"},
    {WriteSide::kDraining, WriteEvent::kClose, WriteSide::kDraining, "closing twice is once"},
    {WriteSide::kShut, WriteEvent::kClose, WriteSide::kShut, "closing twice is once"},
}};

// The events that cannot come in a state of either side, and why: a fault in the caller:
inline constexpr std::array<ImpossibleRow<ReadSide, ReadEvent>, 2> kReadImpossible{{
    {ReadSide::kEof, ReadEvent::kEndOfStream, "nothing is received behind the end"},
    {ReadSide::kFailed, ReadEvent::kEndOfStream, "it has left its reactor"},
}};
inline constexpr std::array<ImpossibleRow<WriteSide, WriteEvent>, 4> kWriteImpossible{{
    {WriteSide::kOpen, WriteEvent::kDrained, "an empty queue ends nothing by itself"},
    {WriteSide::kShut, WriteEvent::kDrained, "all had left before"},
    {WriteSide::kFailed, WriteEvent::kClose, "it has left its reactor"},
    {WriteSide::kFailed, WriteEvent::kDrained, "it has left its reactor"},
}};
static_assert(FillsEveryCell(kReadTransitions, kReadImpossible, 3, 2));
static_assert(FillsEveryCell(kWriteTransitions, kWriteImpossible, 4, 3));

// The join: nothing can come and nothing can leave any more.
constexpr bool Over(ReadSide read, WriteSide write) {
  const bool read_over = read != ReadSide::kOpen;
  const bool write_over = write == WriteSide::kShut || write == WriteSide::kFailed;
  return read_over && write_over;
}

}  // namespace edgewise
