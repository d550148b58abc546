// FileSlice: some bytes of a file.
#pragma once

#include <cstdint>
#include <memory>

#include "handlers/open_file.h"

namespace edgewise {

// Ownership: of the open file. REQUIRES: the bytes exist when they are sent; a file that became
// shorter breaks the connection off.
struct FileSlice {
  // The file, where in it the slice begins, and how long it is, in bytes:
  std::unique_ptr<OpenFile> file;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

}  // namespace edgewise
