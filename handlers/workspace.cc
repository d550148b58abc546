// The buffers are not initialised: pages that are never used are never touched.
#include "handlers/workspace.h"

namespace edgewise {

Workspace::Workspace(std::size_t receive_bytes)
    : receive_(AllocatePages(kCarryMax + receive_bytes)),
      receive_room_(receive_.get() + kCarryMax, receive_bytes),
      staging_(AllocatePages(kStagingBytes + kSlack)),
      staging_end_(staging_.get()),
      staging_limit_(staging_.get() + kStagingBytes - kDirectBytes) {}

void Workspace::WriteDate(Kernel& kernel, Time now) {
  const WallTime wall = kernel.WallNow();
  date_text_ = date_.At(wall);
  date_end_ =
      now + (std::chrono::floor<std::chrono::seconds>(wall) + std::chrono::seconds(1) - wall);
}

}  // namespace edgewise
