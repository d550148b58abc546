// The descriptor's scope; see the header.
#include "test/kernel/owned_handle.h"

#include <catch2/catch_test_macros.hpp>

namespace edgewise::kernel_test {

OwnedHandle::OwnedHandle(Kernel& kernel, HandleResult result)
    : kernel_(kernel), handle_(result.handle()) {
  INFO(ErrorText(result.error()));
  REQUIRE(result.ok());
}

OwnedHandle::~OwnedHandle() {
  if (handle_ != kNoHandle) (void)kernel_.Close(handle_);
}

void OwnedHandle::Close() {
  if (handle_ == kNoHandle) return;
  const Handle closing = handle_;
  handle_ = kNoHandle;
  REQUIRE(kernel_.Close(closing) == Error::kNone);
}

}  // namespace edgewise::kernel_test
