// ServeKernel: which kernel edgewise-serve runs on: the real one, or one that records or replays.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/serve/serve_flags.h"
#include "reactor/kernel/kernel.h"
#include "reactor/kernel/recorded/recording_sink.h"

namespace edgewise {

// Threading: one thread makes and destroys it. Ownership: of what records or replays; it must
// outlive what runs on it.
class ServeKernel {
 public:
  // Errors name the file, and what is wrong with it.
  static absl::StatusOr<std::unique_ptr<ServeKernel>> For(const ServeCommand& command);
  // Prints the recording that --print_recording names.
  static absl::Status Print(const ServeCommand& command);

  Kernel& kernel() { return *kernel_; }

 private:
  std::unique_ptr<RecordingSink> sink_;
  std::unique_ptr<Kernel> owned_;  // null: the real one
  Kernel* kernel_ = nullptr;
};

}  // namespace edgewise
