// The checks of the options.
#include "handlers/connection_options.h"

#include <string_view>

#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

absl::Status Invalid(std::string_view why) { return absl::InvalidArgumentError(AbslView(why)); }

}  // namespace

absl::Status ConnectionOptions::Validate() const {
  for (const Duration timeout :
       {idle_timeout, frame_timeout, head_timeout, body_timeout, write_timeout, linger_timeout}) {
    if (timeout <= Duration::zero()) {
      return Invalid(
          "idle_timeout, frame_timeout, head_timeout, body_timeout, write_timeout and "
          "linger_timeout must be longer than zero; kForever switches one off");
    }
  }
  if (requests_max == 0) return Invalid("requests_max must be at least 1");
  if (low_water > high_water) return Invalid("low_water must not be above high_water");
  if (outbound_bytes_max < high_water) {
    return Invalid(
        "outbound_bytes_max must be at least high_water: the cap would be met before "
        "reading is held");
  }
  return absl::OkStatus();
}

}  // namespace edgewise
