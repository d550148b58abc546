// The answer of one hot system call: a count of bytes, or an error.
#pragma once

#include <cstddef>
#include <cstdint>

#include "reactor/kernel/error.h"

namespace edgewise {

// A descriptor number, as the kernel hands it out: small, non-negative, reused as soon as it is
// closed. -1 stands for "none".
using Handle = int;
// No descriptor.
inline constexpr Handle kNoHandle = -1;

// Bytes moved, or the error that was met instead; one register wide. A value type.
class [[nodiscard]] IoResult {
 public:
  // Success; 0 bytes is one.
  static constexpr IoResult Bytes(std::size_t count) {
    return IoResult(static_cast<std::int64_t>(count));
  }
  // REQUIRES: not kNone.
  static constexpr IoResult Failure(Error error) {
    return IoResult(-static_cast<std::int64_t>(error));
  }
  // What the kernel answers: a count, or the negative of an error number.
  static constexpr IoResult Of(std::int64_t answer) { return IoResult(answer); }

  // No error was met.
  constexpr bool ok() const { return value_ >= 0; }
  // REQUIRES: ok().
  constexpr std::size_t bytes() const { return static_cast<std::size_t>(value_); }
  // `Error::kNone` if ok().
  constexpr Error error() const { return value_ >= 0 ? Error::kNone : static_cast<Error>(-value_); }
  // The descriptor is exhausted: wait for its next edge.
  constexpr bool would_block() const { return error() == Error::kWouldBlock; }

 private:
  explicit constexpr IoResult(std::int64_t value) : value_(value) {}
  std::int64_t value_;
};

// A new descriptor, or the error that was met instead. A value type; it owns nothing.
class [[nodiscard]] HandleResult {
 public:
  // Success.
  static constexpr HandleResult Of(Handle handle) { return HandleResult(handle, Error::kNone); }
  // REQUIRES: not kNone.
  static constexpr HandleResult Failure(Error error) { return HandleResult(kNoHandle, error); }

  // There is a descriptor, which the caller must close.
  constexpr bool ok() const { return error_ == Error::kNone; }
  // `kNoHandle` unless ok().
  constexpr Handle handle() const { return handle_; }
  // `Error::kNone` if ok().
  constexpr Error error() const { return error_; }

 private:
  constexpr HandleResult(Handle handle, Error error) : handle_(handle), error_(error) {}
  Handle handle_;
  Error error_;
};

}  // namespace edgewise
