// Switching stacks, and a pool of them: a world has a dozen, a run of seeds makes thousands.
#include "reactor/kernel/simulated/fiber.h"

#include <cxxabi.h>

#include <boost/context/protected_fixedsize_stack.hpp>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "reactor/kernel/sanitizer.h"

#if EDGEWISE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if EDGEWISE_TSAN
#include <sanitizer/tsan_interface.h>
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

void GiveBack(const StackContext& stack) {
#if EDGEWISE_ASAN
  // The frames that were left without being told of.
  ASAN_UNPOISON_MEMORY_REGION(static_cast<char*>(stack.sp) - stack.size, stack.size);
#endif
  IdleStacks().push_back(stack);
}

// What Boost.Context calls a stack allocator. It is not asked to take a stack back: see Start.
struct Borrowed {
  StackContext stack;
  StackContext allocate() { return stack; }
  void deallocate(StackContext&) {}
};

// Lets go of a context without ending what runs on it: unwinding it from outside would run
// destructors in an order that nobody wrote.
void Forget(boost::context::fiber&& context) {
  alignas(boost::context::fiber) std::byte nowhere[sizeof(boost::context::fiber)];
  static_cast<void>(new (nowhere) boost::context::fiber(std::move(context)));
}

void* CurrentSanitizerFiber() {
#if EDGEWISE_TSAN
  return __tsan_get_current_fiber();
#else
  return nullptr;
#endif
}

}  // namespace

Fiber*& Fiber::Previous() {
  static Fiber* previous = nullptr;
  return previous;
}

Fiber::Fiber() : sanitizer_fiber_(CurrentSanitizerFiber()) {}

Fiber::Fiber(std::function<Fiber&()> body) : body_(std::move(body)) {
  stack_ = TakeStack();
  bottom_ = static_cast<char*>(stack_.sp) - stack_.size;
  size_ = stack_.size;
  context_ = boost::context::fiber(
      std::allocator_arg, Borrowed{stack_},
      [this](boost::context::fiber&& from) { return Start(std::move(from)); });
#if EDGEWISE_TSAN
  sanitizer_fiber_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
  // A stack that is still in use is left alone.
  if (context_) Forget(std::move(context_));
#if EDGEWISE_TSAN
  if (body_ != nullptr) __tsan_destroy_fiber(sanitizer_fiber_);
#endif
}

// Thread sanitizer keeps a stack of the functions that were entered, one for each fiber. This one
// is entered in one fiber and left in the other, so it must not be seen.
__attribute__((no_sanitize_thread)) void Fiber::Leaving(Fiber& other,
                                                        [[maybe_unused]] bool for_good) {
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

// After a switch: keeps where the one that was left stands, or its stack, if it is over.
void Fiber::Settle(boost::context::fiber&& from) {
  Fiber& previous = *Previous();
  if (!previous.over_) {
    previous.context_ = std::move(from);
    return;
  }
  Forget(std::move(from));
  GiveBack(previous.stack_);
}

void Fiber::SwitchTo(Fiber& other) {
  Leaving(other, false);
  boost::context::fiber from = std::move(other.context_).resume();
  Arrived();
  Settle(std::move(from));
}

// Leaves by a switch like any other, not by returning: what called it was entered in this fiber,
// and would be left in the next one (see Leaving).
boost::context::fiber Fiber::Start(boost::context::fiber&& from) {
  Arrived();
  Settle(std::move(from));
  Fiber& next = body_();
  over_ = true;
  Leaving(next, true);
  static_cast<void>(std::move(next.context_).resume());
  std::abort();
}

}  // namespace edgewise::sim
