// The end of the road for a broken invariant.
#include "reactor/check.h"

#include <cstdio>
#include <cstdlib>

namespace edgewise {

void CheckFailed(const char* file, int line, const char* expression, std::string_view hint) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s: %.*s\n", file, line, expression,
               static_cast<int>(hint.size()), hint.data());
  std::abort();
}

}  // namespace edgewise
