// Allocations: counts the memory that a stretch of code asks for, and makes the k-th request fail.
#pragma once

#include <cstdint>

namespace edgewise::handlers_test {

// Sees operator new in the whole program, and malloc, calloc and realloc wherever Edgewise and the
// tests call them (the program is linked with --wrap for these). Inactive outside a Watch.
//
// Threading: one thread, which the Watch is in.
//
//   Allocations::FailOnly(3);
//   {
//     const Allocations::Watch watch;
//     reactor.RunOnce();
//   }
//   CHECK(Allocations::Count() == 0);
class Allocations {
 public:
  // While one exists, allocations are counted, and fail if so planned.
  class Watch {
   public:
    Watch();
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
  };

  // Starts to count anew and plans no failure.
  static void Reset();
  // The same, and the allocation number `nth` fails, 1 being the first.
  static void FailOnly(std::uint64_t nth);
  // The same, and so do all that follow it.
  static void FailFrom(std::uint64_t nth);

  // From now on an allocation is seen only if this holds where it is made; null: all are.
  static void SeeOnlyIf(bool (*holds)());

  static std::uint64_t Count();
  static std::uint64_t Failures();
  // Blocks of operator new that were not given back, of the whole program, watched or not.
  static std::int64_t Live();

  // For the hooks: counts one; whether it is to fail.
  static bool Refuses();
  static void AddLive(std::int64_t blocks);
};

}  // namespace edgewise::handlers_test
