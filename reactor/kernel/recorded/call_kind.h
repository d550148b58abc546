// CallKind: the calls of a Kernel by number, as a recording holds them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgewise {

// The numbers are part of the format: a new one goes to the end, none is ever used again.
enum class CallKind : std::uint8_t {
  kUnwritten,  // zeros: a file that was made longer and not written
  kClose,
  kDuplicate,
  kOpenPlaceholder,
  kDescriptorLimit,
  kRemovePath,
  kOpenSocket,
  kSetOption,
  kBind,
  kListen,
  kAccept,
  kConnect,
  kTakeSocketError,
  kShutdown,
  kLocalAddress,
  kReceive,
  kSend,
  kSendGathered,
  kUnacknowledgedBytes,
  kPollNow,
  kOpenDirectory,
  kOpenBeneath,
  kInspect,
  kReadAt,
  kSendFile,
  kOpenLog,
  kAppend,
  kOpenEpoll,
  kEpollAdd,
  kEpollModify,
  kEpollRemove,
  kEpollWait,
  kOpenTimer,
  kArmTimer,
  kOpenWakeup,
  kNotify,
  kClearWakeup,
  kBlockSignals,
  kRestoreSignals,
  kOpenSignals,
  kReadSignal,
  kMonotonicNow,
  kWallNow,
  kRandom,
  kRunThreads,
  kThreadBegin,  // one of its bodies begins
  kThreadEnd,    // … or has returned
  kLog,
  kExitNow,
  // What follows is no call.
  kTurn,     // the calls from here on are those of another thread
  kForeign,  // threads that RunThreads did not start made calls: so many so far
  kEnd,      // the recording was ended in order
};
// Values of CallKind.
inline constexpr std::size_t kCallKindCount = static_cast<std::size_t>(CallKind::kEnd) + 1;

}  // namespace edgewise
