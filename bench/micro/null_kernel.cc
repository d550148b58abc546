// The two calls that nobody should need here: something went wrong.
#include "bench/micro/null_kernel.h"

#include <cstdio>
#include <cstdlib>

namespace edgewise::micro {

void NullKernel::Log(std::string_view line) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

void NullKernel::RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) {
  for (std::size_t i = 0; i < count; ++i) body(i);
}

void NullKernel::ExitNow(int code) { std::_Exit(code); }

}  // namespace edgewise::micro
