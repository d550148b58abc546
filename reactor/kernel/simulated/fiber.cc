// Switching stacks, and a pool of them: a world has a dozen, a run of seeds makes thousands.
#include "reactor/kernel/simulated/fiber.h"

#include <cxxabi.h>

#include <boost/context/protected_fixedsize_stack.hpp>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define EDGEWISE_ASAN 1
#else
#define EDGEWISE_ASAN 0
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#define EDGEWISE_TSAN 1
#else
#define EDGEWISE_TSAN 0
#endif

namespace edgewise::sim {
namespace {

constexpr std::size_t kStackBytes = 256 * 1024;

using Allocator = boost::context::protected_fixedsize_stack;
using StackContext = boost::context::stack_context;

// Stacks that nobody uses now. They are given back to the system when the process ends.
std::vector<StackContext>& IdleStacks() {
  static auto* idle = new std::vector<StackContext>();
  return *idle;
}

StackContext TakeStack() {
  std::vector<StackContext>& idle = IdleStacks();
  if (idle.empty()) return Allocator(kStackBytes).allocate();
  const StackContext stack = idle.back();
  idle.pop_back();
  return stack;
}

// What Boost.Context calls a stack allocator.
struct Pooled {
  StackContext stack;
  StackContext allocate() { return stack; }
  void deallocate(StackContext& done) {
#if EDGEWISE_ASAN
    // The frames that were left without being told of.
    ASAN_UNPOISON_MEMORY_REGION(static_cast<char*>(done.sp) - done.size, done.size);
#endif
    IdleStacks().push_back(done);
  }
};

}  // namespace

Fiber*& Fiber::Previous() {
  static Fiber* previous = nullptr;
  return previous;
}

Fiber::Fiber() {
#if EDGEWISE_TSAN
  sanitizer_fiber_ = __tsan_get_current_fiber();
#endif
}

Fiber::Fiber(std::function<Fiber&()> body) : body_(std::move(body)) {
  const StackContext stack = TakeStack();
  bottom_ = static_cast<char*>(stack.sp) - stack.size;
  size_ = stack.size;
  context_ = boost::context::fiber(
      std::allocator_arg, Pooled{stack},
      [this](boost::context::fiber&& from) { return Start(std::move(from)); });
#if EDGEWISE_TSAN
  sanitizer_fiber_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
  // Unwinding it from outside would run destructors in an order that nobody wrote; a stack that is
  // still in use is left alone.
  if (context_) static_cast<void>(new boost::context::fiber(std::move(context_)));
#if EDGEWISE_TSAN
  if (body_ != nullptr) __tsan_destroy_fiber(sanitizer_fiber_);
#endif
}

void Fiber::Leaving(Fiber& other, [[maybe_unused]] bool for_good) {
  Previous() = this;
  std::memcpy(static_cast<void*>(&exceptions_), abi::__cxa_get_globals(), sizeof(exceptions_));
#if EDGEWISE_ASAN
  __sanitizer_start_switch_fiber(for_good ? nullptr : &sanitizer_stack_, other.bottom_,
                                 other.size_);
#endif
#if EDGEWISE_TSAN
  __tsan_switch_to_fiber(other.sanitizer_fiber_, 0);
#endif
  static_cast<void>(other);
}

void Fiber::Arrived() {
  std::memcpy(static_cast<void*>(abi::__cxa_get_globals()), &exceptions_, sizeof(exceptions_));
#if EDGEWISE_ASAN
  Fiber* previous = Previous();
  const void* bottom = nullptr;
  std::size_t size = 0;
  __sanitizer_finish_switch_fiber(sanitizer_stack_, &bottom, &size);
  if (previous->body_ == nullptr) {
    previous->bottom_ = bottom;
    previous->size_ = size;
  }
#endif
}

void Fiber::SwitchTo(Fiber& other) {
  Leaving(other, false);
  boost::context::fiber from = std::move(other.context_).resume();
  Arrived();
  Previous()->context_ = std::move(from);
}

boost::context::fiber Fiber::Start(boost::context::fiber&& from) {
  Arrived();
  Previous()->context_ = std::move(from);
  Fiber& next = body_();
  Leaving(next, true);
  return std::move(next.context_);
}

}  // namespace edgewise::sim
