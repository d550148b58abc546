// The state machine of an acceptor: accepting, or paused for one of three reasons.
#pragma once

#include <array>
#include <cstdint>

#include "handlers/transition.h"

namespace edgewise {

enum class AcceptState : std::uint8_t {
  kClosed = 0,  // no master socket: not opened yet, or closed
  kAccepting,   // has a turn whenever the queue of the master socket is not empty
  kFull,        // paused: whoever takes the connections has no room
  kAtLimit,     // paused: no descriptor is left for this process
  kBackingOff,  // paused: the machine is short of something
};
// What happens to an acceptor.
enum class AcceptEvent : std::uint8_t {
  kOpened = 0,    // Open succeeded
  kNoRoom,        // Sink::HasRoom says no
  kProcessLimit,  // accept: EMFILE
  kShortage,      // accept: ENFILE, ENOBUFS, ENOMEM, or an error that nobody knows
  kResume,        // the timer of the pause, RoomMade, or Resume
  kClosed,        // Close, or the reactor retired it
};

// What each event leads to. The source of docs/machines.md, as is the next.
inline constexpr std::array<TransitionRow<AcceptState, AcceptEvent>, 12> kAcceptTransitions{{
    {AcceptState::kClosed, AcceptEvent::kOpened, AcceptState::kAccepting, "there is a queue now"},
    {AcceptState::kAccepting, AcceptEvent::kNoRoom, AcceptState::kFull, "who waits stays queued"},
    {AcceptState::kAccepting, AcceptEvent::kProcessLimit, AcceptState::kAtLimit, "a few are shed"},
    {AcceptState::kAccepting, AcceptEvent::kShortage, AcceptState::kBackingOff, "longer each time"},
    {AcceptState::kAccepting, AcceptEvent::kResume, AcceptState::kAccepting, "has one more look"},
    {AcceptState::kAccepting, AcceptEvent::kClosed, AcceptState::kClosed, "the server stops"},
    {AcceptState::kFull, AcceptEvent::kResume, AcceptState::kAccepting, "there may be room"},
    {AcceptState::kFull, AcceptEvent::kClosed, AcceptState::kClosed, "the server stops"},
    {AcceptState::kAtLimit, AcceptEvent::kResume, AcceptState::kAccepting, "tries again"},
    {AcceptState::kAtLimit, AcceptEvent::kClosed, AcceptState::kClosed, "the server stops"},
    {AcceptState::kBackingOff, AcceptEvent::kResume, AcceptState::kAccepting, "tries again"},
    {AcceptState::kBackingOff, AcceptEvent::kClosed, AcceptState::kClosed, "the server stops"},
}};

// The events that cannot come in a state, and why: a fault in the caller.
inline constexpr std::array<ImpossibleRow<AcceptState, AcceptEvent>, 18> kAcceptImpossible{{
    {AcceptState::kClosed, AcceptEvent::kNoRoom, "nobody accepts"},
    {AcceptState::kClosed, AcceptEvent::kProcessLimit, "nobody accepts"},
    {AcceptState::kClosed, AcceptEvent::kShortage, "nobody accepts"},
    {AcceptState::kClosed, AcceptEvent::kResume, "Resume looks first"},
    {AcceptState::kClosed, AcceptEvent::kClosed, "closed once"},
    {AcceptState::kAccepting, AcceptEvent::kOpened, "Open requires: not open"},
    {AcceptState::kFull, AcceptEvent::kOpened, "Open requires: not open"},
    {AcceptState::kFull, AcceptEvent::kNoRoom, "no turn while paused"},
    {AcceptState::kFull, AcceptEvent::kProcessLimit, "no turn while paused"},
    {AcceptState::kFull, AcceptEvent::kShortage, "no turn while paused"},
    {AcceptState::kAtLimit, AcceptEvent::kOpened, "Open requires: not open"},
    {AcceptState::kAtLimit, AcceptEvent::kNoRoom, "no turn while paused"},
    {AcceptState::kAtLimit, AcceptEvent::kProcessLimit, "no turn while paused"},
    {AcceptState::kAtLimit, AcceptEvent::kShortage, "no turn while paused"},
    {AcceptState::kBackingOff, AcceptEvent::kOpened, "Open requires: not open"},
    {AcceptState::kBackingOff, AcceptEvent::kNoRoom, "no turn while paused"},
    {AcceptState::kBackingOff, AcceptEvent::kProcessLimit, "no turn while paused"},
    {AcceptState::kBackingOff, AcceptEvent::kShortage, "no turn while paused"},
}};
static_assert(FillsEveryCell(kAcceptTransitions, kAcceptImpossible, 5, 6));

}  // namespace edgewise
