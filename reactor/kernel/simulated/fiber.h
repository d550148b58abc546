// Fiber: a stack of its own on which a simulated thread runs, in the one real thread.
#pragma once

#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>
#include <cstddef>
#include <functional>

namespace edgewise::sim {

// Boost.Context's fiber with what the sanitizers must be told about it. The first stack, the one
// that a world is made on, is a Fiber too: one without a body.
//
// Threading: one thread. Ownership: of its stack, which goes back to a pool when the body has
// returned. A fiber that never returns keeps its stack for good: nothing on it is destroyed.
class Fiber {
 public:
  // The stack that is running now.
  Fiber();
  // Begins when it is switched to for the first time. What `body` answers is switched to when it is
  // over. An exception must not leave it.
  explicit Fiber(std::function<Fiber&()> body);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber();

  // From this one, which must be the one that is running, to `other`. Returns when somebody
  // switches back.
  void SwitchTo(Fiber& other);

 private:
  boost::context::fiber Start(boost::context::fiber&& from);
  void Leaving(Fiber& other, bool for_good);
  void Arrived();
  static void Settle(boost::context::fiber&& from);

  static Fiber*& Previous();

  boost::context::fiber context_;
  std::function<Fiber&()> body_;
  boost::context::stack_context stack_;
  bool over_ = false;  // its body has returned
  // What the C++ runtime keeps for each real thread: the exceptions that are being handled, and how
  // many are under way. (Itanium C++ ABI, 2.2.2.)
  struct Exceptions {
    void* caught = nullptr;
    unsigned int uncaught = 0;
  };
  Exceptions exceptions_;
  [[maybe_unused]] void* sanitizer_stack_ = nullptr;  // address sanitizer's own
  const void* bottom_ = nullptr;                      // as it wants to know it
  std::size_t size_ = 0;
  void* sanitizer_fiber_ = nullptr;  // thread sanitizer's own
};

}  // namespace edgewise::sim
