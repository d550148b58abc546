// ThreadPlace: which of the threads that a kernel runs the calling one is.
#pragma once

#include <cstdint>

namespace edgewise {

// An object of it, alive in a thread, says that the thread runs body `index` for `kernel`.
// Threading: each thread sees its own.
class ThreadPlace {
 public:
  // Until it is destroyed; then what was said before holds again.
  ThreadPlace(const void* kernel, std::uint32_t index)
      : kernel_before_(kernel_), index_before_(index_) {
    kernel_ = kernel;
    index_ = index;
  }
  ThreadPlace(const ThreadPlace&) = delete;
  ThreadPlace& operator=(const ThreadPlace&) = delete;
  ~ThreadPlace() {
    kernel_ = kernel_before_;
    index_ = index_before_;
  }

  // Whether the calling thread is one of `kernel`'s.
  static bool IsOf(const void* kernel) { return kernel_ == kernel; }
  // REQUIRES: it is.
  static std::uint32_t Index() { return index_; }
  // An address that no other thread alive has.
  static const void* Mark() { return &kernel_; }

 private:
  static inline constinit thread_local const void* kernel_ = nullptr;
  static inline constinit thread_local std::uint32_t index_ = 0;

  const void* const kernel_before_;
  const std::uint32_t index_before_;
};

}  // namespace edgewise
