// RecordedNumber: what calls are given and answer, as the numbers of a recording, and back.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "reactor/kernel/kernel.h"

namespace edgewise {

// Pure functions. Threading: any.
struct RecordedNumber {
  static constexpr std::int64_t kNone = -1;        // no timeout, no instant, no registration
  static constexpr std::int64_t kErrorMax = 4095;  // the largest that Linux has

  // The value's own number:
  template <std::integral Integer>
  static constexpr std::int64_t Of(Integer value) {
    return static_cast<std::int64_t>(value);
  }
  template <typename Enumeration>
  requires std::is_enum_v<Enumeration>
  static constexpr std::int64_t Of(Enumeration value) { return static_cast<std::int64_t>(value); }
  // What was answered, or the negative of the error:
  static constexpr std::int64_t Of(IoResult result) {
    return result.ok() ? Of(result.bytes()) : -Of(result.error());
  }
  static constexpr std::int64_t Of(const HandleResult& result) {
    return result.ok() ? Of(result.handle()) : -Of(result.error());
  }
  static constexpr std::int64_t Of(const Kernel::SignalResult& result) {
    return result.error == Error::kNone ? Of(result.number) : -Of(result.error);
  }
  // A wait that is over already is one of zero.
  static constexpr std::int64_t Of(Duration timeout) {
    return timeout == kForever ? kNone : std::max<std::int64_t>(timeout.count(), 0);
  }
  // Nanoseconds of the clock; kNone stands for kNever.
  static constexpr std::int64_t Of(Time at) {
    return at == kNever ? kNone : Of(at.time_since_epoch().count());
  }
  // Nanoseconds since 1970-01-01 UTC.
  static std::int64_t Of(WallTime at) { return Of(at.time_since_epoch().count()); }

  // The way back. REQUIRES: a number that Of made of such a thing, or one that was checked below:
  static constexpr Error ToError(std::int64_t number) { return static_cast<Error>(number); }
  static constexpr IoResult ToIoResult(std::int64_t number) { return IoResult::Of(number); }
  static constexpr HandleResult ToHandleResult(std::int64_t number) {
    return number >= 0 ? HandleResult::Of(static_cast<Handle>(number))
                       : HandleResult::Failure(ToError(-number));
  }
  static constexpr Kernel::SignalResult ToSignalResult(std::int64_t number) {
    if (number < 0) return {.error = ToError(-number)};
    return {.number = static_cast<int>(number)};
  }

  // Whether it can be an error; a descriptor (or anything of an int's size) or the negative of an
  // error:
  static constexpr bool IsError(std::int64_t number) { return number >= 0 && number <= kErrorMax; }
  static constexpr bool IsHandleOrError(std::int64_t number) {
    return number >= -kErrorMax && number <= std::numeric_limits<Handle>::max();
  }
};

}  // namespace edgewise
