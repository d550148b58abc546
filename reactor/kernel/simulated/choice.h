// Choice: one decision of a simulated world that came out unusual.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewise::sim {

// Everything that a simulated world leaves to chance. Value 0 of each means "nothing unusual".
enum class ChoicePoint : std::uint8_t {
  // Chance: what happens on any healthy machine.
  kNext,           // which of the threads that can run goes first
  kPreempt,        // a thread that could go on lets another one go first
  kOrder,          // which of the events of one instant comes first
  kLatency,        // how long a segment travels
  kSegment,        // where a transmission is cut
  kBuffers,        // how large a socket's buffers are
  kListenerPick,   // which of several listeners on a port gets a connection
  kSpuriousEvent,  // epoll reports once more what it has reported
  kShortSend,      // a send takes less than there is room for
  kRandom,         // what Random answers
  kScenario,       // what a scenario itself leaves to chance
  // Faults: what happens on a bad day. All of them end with World::EndFaults.
  kStall,        // the thread is not run for a while (a stopped machine)
  kReset,        // the network breaks a connection
  kInterrupted,  // EINTR
  kWouldBlock,   // EAGAIN although there is something; the edge comes later
  kAcceptError,
  kOpenError,  // no descriptor, no memory
  kEpollAddError,
  kConnectFate,     // refused, timed out, unreachable, connected to itself
  kSpuriousHangup,  // HUP before a connect has its verdict
  kSocketError,     // a setting or a listening call fails
  kFileError,       // a disk that fails or answers little
};
// Values of ChoicePoint.
inline constexpr std::size_t kChoicePointCount =
    static_cast<std::size_t>(ChoicePoint::kFileError) + 1;
// It is of those that end with World::EndFaults.
inline constexpr bool IsFault(ChoicePoint point) { return point >= ChoicePoint::kStall; }

// "short-send"; lives for ever.
std::string_view ChoicePointName(ChoicePoint point);
// What is counted there, and what the values mean, in a line for people; lives for ever.
std::string_view ChoicePointMeaning(ChoicePoint point);

// The `ordinal`-th time (from 1) that `point` was asked, the answer was `value`. A value type. It
// is counted for each point by itself, so that leaving one out moves none of another point.
struct Choice {
  // What was asked, which time, and the answer, which is not 0:
  ChoicePoint point = ChoicePoint::kNext;
  std::uint64_t ordinal = 0;
  std::uint32_t value = 0;
  friend auto operator<=>(const Choice&,
                          const Choice&) = default;  // NOLINT(modernize-use-nullptr): its bug
};

// "short-send:3=1,reset:1=1"; "none" for no choice at all: a run without anything unusual.
std::string PrintChoices(const std::vector<Choice>& choices);
// What PrintChoices prints of them, explained: a line for each point that occurs.
std::string ExplainChoices(const std::vector<Choice>& choices);
// What PrintChoices printed; nullopt if it is nothing of the kind.
std::optional<std::vector<Choice>> ParseChoices(std::string_view text);

}  // namespace edgewise::sim
