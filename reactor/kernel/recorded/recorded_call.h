// RecordedCall: one call of a Kernel as a recording has it: who asked what, and what was answered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "reactor/kernel/recorded/call_shape.h"

namespace edgewise {

// A value. Lifetime of views: `bytes` points into what it was read from.
struct RecordedCall {
  // Which call.
  CallKind kind = CallKind::kUnwritten;
  // Which of the threads that RunThreads runs; 0 outside of it.
  std::uint32_t thread = 0;
  // From 1 on, in one order over all threads.
  std::uint64_t number = 0;
  // So many calls of other threads, which are not in the recording, were made before it.
  std::uint64_t foreign_calls = 0;
  // Arguments, then answers, as the shape says; what is behind them means nothing.
  std::array<std::int64_t, CallShape::kFieldsMax> numbers{};
  // As the shape says; empty if it has none.
  std::string_view bytes;

  // What the numbers and bytes mean.
  const CallShape& shape() const { return CallShape::Of(kind); }
  // One of the numbers. REQUIRES: the shape has it:
  std::int64_t argument(std::size_t index) const { return numbers[index]; }
  std::int64_t answer(std::size_t index = 0) const {
    return numbers[shape().argument_count + index];
  }
};

}  // namespace edgewise
