// Shrink: a failure with as few choices as it needs.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "reactor/kernel/simulated/seed_runner.h"

namespace edgewise::sim {

// Leaves choices out, in halves, quarters and one by one, and makes values smaller, as long as
// `run` fails in the same way (the first line of what it says, numbers apart), at most `runs_max`
// times. (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE TSE
// 2002.) What cannot be repeated at all is answered as it is.
Failure Shrink(Failure failure, std::size_t runs_max,
               absl::FunctionRef<std::optional<Failure>(const std::vector<Choice>&)> run);

}  // namespace edgewise::sim
