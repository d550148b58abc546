// FakeCall: the calls of a Kernel by name, for scripts and counts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgewise {

enum class FakeCall : std::uint8_t {
  kClose,
  kDuplicate,
  kOpenPlaceholder,
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
  kLog,
};
inline constexpr std::size_t kFakeCallCount = static_cast<std::size_t>(FakeCall::kLog) + 1;

}  // namespace edgewise
