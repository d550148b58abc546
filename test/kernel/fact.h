// KERNEL_FACT: a test of the kernel itself, whose body does not know which kernel it runs on.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "reactor/kernel/kernel.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/simulated/plain_chooser.h"
#include "reactor/kernel/simulated/simulated_kernel.h"

namespace edgewise::kernel_test {

// Runs `body` on a simulated kernel of its own, on a usual day.
inline void OnSimulatedKernel(void (*body)(Kernel&)) {
  sim::PlainChooser chooser;
  sim::World world(chooser);
  sim::SimulatedKernel kernel(world, {.misuse = sim::Misuse::kAnswered});
  body(kernel);
}

}  // namespace edgewise::kernel_test

// Defines `void body(Kernel& kernel)` and a test case that runs it on each kernel there is. The
// sentence is what the reactor relies on; a machine on which it does not hold says so by name.
//
//   KERNEL_FACT(PartialReadMakesNoEdge, "a partial read makes no edge") {
//     SocketPair pair(kernel);
//     ...
//   }
#define KERNEL_FACT(body, sentence)                                              \
  static void body(::edgewise::Kernel& kernel);                                  \
  TEST_CASE(sentence, "[kernel]") { body(::edgewise::LinuxKernel::Instance()); } \
  TEST_CASE(sentence " (simulated)", "[kernel][simulated]") {                    \
    ::edgewise::kernel_test::OnSimulatedKernel(body);                            \
  }                                                                              \
  static void body([[maybe_unused]] ::edgewise::Kernel& kernel)

// The same for a body that also needs what the Kernel interface does not offer (raw.h), so that it
// can run on the real kernel only.
#define LINUX_FACT(body, sentence)                                                      \
  static void body(::edgewise::Kernel& kernel);                                         \
  TEST_CASE(sentence, "[kernel][linux]") { body(::edgewise::LinuxKernel::Instance()); } \
  static void body([[maybe_unused]] ::edgewise::Kernel& kernel)
