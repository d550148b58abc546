// The bytes of the request that a run sends again and again.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "bench/edgewrk/edgewrk_options.h"

namespace edgewise::wrk {

// Of the options' URL. Payloads of frame and echo are pseudo-random bytes of a fixed seed, so that
// an answer that is shifted by a byte is seen. kInvalidArgument for a method that is no token.
absl::StatusOr<std::string> RequestText(const EdgewrkOptions& options);

// Fills in what the plan of the options needs besides the command line: the request and the
// server's addresses. Blocks for the resolver. kInvalidArgument or kNotFound, with the cause.
absl::Status CompletePlan(EdgewrkOptions& options);

}  // namespace edgewise::wrk
