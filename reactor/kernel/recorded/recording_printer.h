// RecordingPrinter: a recording for people, a line for each call, in the manner of strace.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "reactor/kernel/recorded/recorded_call.h"
#include "reactor/kernel/recorded/recording.h"

namespace edgewise {

// Pure functions. Threading: any.
//
//   2201 t0 EpollWait(3, 256, forever) = 1 [in:6]
//   2202 t0 Receive(9, 147456 bytes) = 5 "\0\0\0\1a"
//   2203 t0 Send(9, 5 bytes, #8d0c7a2be41c6f90) = 5
//
// In [in:6] 6 is a registration: the EpollAdd that shows `registration 6`.
struct RecordingPrinter {
  // Of what was received or read; the rest is counted.
  static constexpr std::size_t kShownBytesMax = 64;

  // Name and arguments: "Receive(9, 147456 bytes)".
  static std::string Asked(const RecordedCall& call);
  // "Receive(9, 147456 bytes) = 5 ..."
  static std::string Answered(const RecordedCall& call);
  // The same with number and thread: a line of the above.
  static std::string Line(const RecordedCall& call);
  // Every line of `recording`; one at the end says how it ended.
  static void Print(const Recording& recording, absl::FunctionRef<void(std::string_view)> line);
};

}  // namespace edgewise
