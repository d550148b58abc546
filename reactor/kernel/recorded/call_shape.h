// CallShape: which numbers and which bytes belong to a call, in which order.
//
// One table says it for the writer, which is checked against it when it is compiled, for the reader
// and for the printer.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "reactor/kernel/recorded/call_kind.h"

namespace edgewise {

// What a number means; a printer shows it accordingly.
enum class CallField : std::uint8_t {
  kNumber,
  kHandle,
  kBytes,
  kHash,
  kError,
  kBytesOrError,   // a count, or the negative of an error
  kHandleOrError,  // a descriptor, or the negative of an error
  kFamily,
  kOption,
  kSide,
  kFileKind,
  kMask,
  kTimeout,       // nanoseconds; -1: none
  kInstant,       // nanoseconds of the monotonic clock; -1: never
  kWall,          // nanoseconds since 1970
  kSignals,       // a SignalSet
  kRegistration,  // what an event is attributed to; -1: none
};

// Whether bytes belong to a call, and what they are.
enum class CallBytes : std::uint8_t {
  kNone,
  kPath,           // given
  kLine,           // given
  kGivenAddress,   // given
  kAnswerAddress,  // answered
  kAnswerBytes,    // answered
  kAnswerEvents,   // answered
};

// Threading: a value.
struct CallShape {
  // Numbers of the call that has most of them.
  static constexpr std::size_t kFieldsMax = 5;

  // Which call, and its name for people, which lives for ever:
  CallKind kind = CallKind::kUnwritten;
  std::string_view name;
  // Arguments first, then what was answered.
  std::array<CallField, kFieldsMax> fields{};
  // How many of `fields` there are, and how many of those are arguments:
  std::size_t field_count = 0;
  std::size_t argument_count = 0;
  // Which bytes belong to it.
  CallBytes bytes = CallBytes::kNone;

  // REQUIRES: at most kFieldsMax arguments and answers together.
  constexpr CallShape(CallKind the_kind, std::string_view the_name,
                      std::initializer_list<CallField> arguments,
                      std::initializer_list<CallField> answers,
                      CallBytes the_bytes = CallBytes::kNone)
      : kind(the_kind),
        name(the_name),
        field_count(arguments.size() + answers.size()),
        argument_count(arguments.size()),
        bytes(the_bytes) {
    std::copy(arguments.begin(), arguments.end(), fields.begin());
    std::copy(answers.begin(), answers.end(), fields.begin() + argument_count);
  }

  // Its bytes are an argument, not an answer.
  constexpr bool bytes_are_given() const {
    return bytes == CallBytes::kPath || bytes == CallBytes::kLine ||
           bytes == CallBytes::kGivenAddress;
  }

  static constexpr const CallShape& Of(CallKind kind);
};

namespace call_shapes {

using enum CallField;

// The shape of each kind, by its number.
inline constexpr std::array<CallShape, kCallKindCount> kAll{{
    {CallKind::kUnwritten, "", {}, {}},
    {CallKind::kClose, "Close", {kHandle}, {kError}},
    {CallKind::kDuplicate, "Duplicate", {kHandle}, {kHandleOrError}},
    {CallKind::kOpenPlaceholder, "OpenPlaceholder", {}, {kHandleOrError}},
    {CallKind::kDescriptorLimit, "DescriptorLimit", {}, {kNumber}},
    {CallKind::kRemovePath, "RemovePath", {}, {kError}, CallBytes::kPath},
    {CallKind::kOpenSocket, "OpenSocket", {kFamily}, {kHandleOrError}},
    {CallKind::kSetOption, "SetOption", {kHandle, kOption, kNumber}, {kError}},
    {CallKind::kBind, "Bind", {kHandle}, {kError}, CallBytes::kGivenAddress},
    {CallKind::kListen, "Listen", {kHandle, kNumber}, {kError}},
    {CallKind::kAccept, "Accept", {kHandle}, {kHandleOrError}, CallBytes::kAnswerAddress},
    {CallKind::kConnect, "Connect", {kHandle}, {kError}, CallBytes::kGivenAddress},
    {CallKind::kTakeSocketError, "TakeSocketError", {kHandle}, {kError}},
    {CallKind::kShutdown, "Shutdown", {kHandle, kSide}, {kError}},
    {CallKind::kLocalAddress, "LocalAddress", {kHandle}, {kError}, CallBytes::kAnswerAddress},
    {CallKind::kReceive, "Receive", {kHandle, kBytes}, {kBytesOrError}, CallBytes::kAnswerBytes},
    {CallKind::kSend, "Send", {kHandle, kBytes, kHash}, {kBytesOrError}},
    // The pieces' number, and their bytes together.
    {CallKind::kSendGathered, "SendGathered", {kHandle, kNumber, kBytes, kHash}, {kBytesOrError}},
    {CallKind::kUnacknowledgedBytes, "UnacknowledgedBytes", {kHandle}, {kBytesOrError}},
    {CallKind::kPollNow, "PollNow", {kHandle, kMask}, {kMask}},
    {CallKind::kOpenDirectory, "OpenDirectory", {}, {kHandleOrError}, CallBytes::kPath},
    {CallKind::kOpenBeneath, "OpenBeneath", {kHandle}, {kHandleOrError}, CallBytes::kPath},
    {CallKind::kInspect, "Inspect", {kHandle}, {kError, kFileKind, kBytes, kWall}},
    {CallKind::kReadAt,
     "ReadAt",
     {kHandle, kBytes, kNumber},
     {kBytesOrError},
     CallBytes::kAnswerBytes},
    {CallKind::kSendFile, "SendFile", {kHandle, kHandle, kNumber, kBytes}, {kBytesOrError}},
    {CallKind::kOpenLog, "OpenLog", {}, {kHandleOrError}, CallBytes::kPath},
    {CallKind::kAppend, "Append", {kHandle, kBytes, kHash}, {kBytesOrError}},
    {CallKind::kOpenEpoll, "OpenEpoll", {}, {kHandleOrError}},
    {CallKind::kEpollAdd, "EpollAdd", {kHandle, kHandle, kMask}, {kError, kRegistration}},
    {CallKind::kEpollModify, "EpollModify", {kHandle, kHandle, kMask}, {kError, kRegistration}},
    {CallKind::kEpollRemove, "EpollRemove", {kHandle, kHandle}, {kError}},
    {CallKind::kEpollWait,
     "EpollWait",
     {kHandle, kNumber, kTimeout},
     {kBytesOrError},
     CallBytes::kAnswerEvents},
    {CallKind::kOpenTimer, "OpenTimer", {}, {kHandleOrError}},
    {CallKind::kArmTimer, "ArmTimer", {kHandle, kInstant}, {kError}},
    {CallKind::kOpenWakeup, "OpenWakeup", {}, {kHandleOrError}},
    {CallKind::kNotify, "Notify", {kHandle}, {kError}},
    {CallKind::kClearWakeup, "ClearWakeup", {kHandle}, {kError}},
    {CallKind::kBlockSignals, "BlockSignals", {kSignals}, {kSignals}},
    {CallKind::kRestoreSignals, "RestoreSignals", {kSignals}, {}},
    {CallKind::kOpenSignals, "OpenSignals", {kSignals}, {kHandleOrError}},
    // The signal's number.
    {CallKind::kReadSignal, "ReadSignal", {kHandle}, {kBytesOrError}},
    {CallKind::kMonotonicNow, "MonotonicNow", {}, {kInstant}},
    {CallKind::kWallNow, "WallNow", {}, {kWall}},
    {CallKind::kRandom, "Random", {}, {kHash}},
    {CallKind::kRunThreads, "RunThreads", {kNumber}, {}},
    {CallKind::kThreadBegin, "(a thread begins)", {kNumber}, {}},
    {CallKind::kThreadEnd, "(a thread ends)", {kNumber}, {}},
    {CallKind::kLog, "Log", {}, {}, CallBytes::kLine},
    {CallKind::kExitNow, "ExitNow", {kNumber}, {}},
    {CallKind::kTurn, "(a turn)", {kNumber}, {}},
    {CallKind::kForeign, "(foreign calls)", {kNumber}, {}},
    {CallKind::kEnd, "(the end)", {kNumber}, {}},
}};

// kAll is in the order of the numbers.
constexpr bool StandInOrder() {
  for (std::size_t i = 0; i < kAll.size(); ++i) {
    if (kAll[i].kind != static_cast<CallKind>(i)) return false;
  }
  return true;
}
static_assert(StandInOrder());

}  // namespace call_shapes

// REQUIRES: one of CallKind's.
constexpr const CallShape& CallShape::Of(CallKind kind) {
  return call_shapes::kAll[static_cast<std::size_t>(kind)];
}

}  // namespace edgewise
