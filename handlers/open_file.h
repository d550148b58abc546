// OpenFile: a file that is being sent, closed when nobody needs it any more.
#pragma once

#include "reactor/kernel/kernel.h"

namespace edgewise {

// Threading: one thread at a time. Ownership: of the descriptor; the kernel must outlive it.
class OpenFile {
 public:
  // Takes over `handle`, and closes it at the end.
  OpenFile(Kernel& kernel, Handle handle) : kernel_(kernel), handle_(handle) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { static_cast<void>(kernel_.Close(handle_)); }

  // Stays this object's: do not close it.
  Handle handle() const { return handle_; }

 private:
  Kernel& kernel_;
  const Handle handle_;
};

}  // namespace edgewise
