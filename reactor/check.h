// CHECK: for faults (a broken invariant, a misuse that would corrupt memory), never for conditions.
#pragma once

#include <string_view>

namespace edgewise {

// Prints "file:line: CHECK failed: expression: hint" to standard error and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* expression,
                              std::string_view hint);

}  // namespace edgewise

// Aborts with a message unless `condition` holds. `hint` says what to look at. Always on.
#define EDGEWISE_CHECK(condition, hint)                \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::edgewise::CheckFailed(__FILE__, __LINE__, #condition, hint))

// The same for invariants that are too dear for the hot path: on in debug builds (no NDEBUG and
// EDGEWISE_DEBUG_CHECKS defined), which is what the tests run.
#if defined(EDGEWISE_DEBUG_CHECKS)
#define EDGEWISE_DCHECK(condition, hint) EDGEWISE_CHECK(condition, hint)
#else
#define EDGEWISE_DCHECK(condition, hint) static_cast<void>(0)
#endif
