// MappedRecordingSink: a recording in a file that is mapped into memory.
//
// What is stored in a mapping is in the file at once as far as other processes can see, and stays
// there when this one crashes or is killed: no call that led to the crash is lost, and none costs a
// write of its own (FileRecordingSink has the choice between the two). Room in the file is
// allocated before it is mapped, so that a full disk is an error here and not a signal later. The
// first byte of a record is stored last: until then it says that there is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "reactor/kernel/recorded/recording_sink.h"

namespace edgewise {

// Threading: one thread at a time. Ownership: of the file. A file that takes no more is told of on
// standard error, once. Limits: `file_bytes_max`.
class MappedRecordingSink final : public RecordingSink {
 public:
  // Makes the file, for this user alone to read. Errors name it: it is there already, or cannot be
  // made.
  static absl::StatusOr<std::unique_ptr<MappedRecordingSink>> Open(std::string_view path,
                                                                   std::uint64_t file_bytes_max);

  // `file` is open for reading and writing, and empty.
  MappedRecordingSink(int file, std::uint64_t file_bytes_max)
      : file_(file), file_bytes_max_(file_bytes_max) {}
  // Cuts off what was allocated and not used.
  ~MappedRecordingSink() override;

  void Write(std::string_view head, std::string_view bytes) override;
  void Flush() override {}

 private:
  // Of the file, mapped at a time.
  static constexpr std::size_t kWindowBytes = std::size_t{1} << 20;

  // Maps from the page that `used_` is in, with room for `size` bytes from there. False: cannot be.
  bool Move(std::size_t size);
  void Unmap();

  const int file_;
  const std::uint64_t file_bytes_max_;
  std::uint64_t used_ = 0;  // of the file
  std::uint64_t window_at_ = 0;
  std::size_t window_bytes_ = 0;
  char* window_ = nullptr;
  bool broken_off_ = false;
};

}  // namespace edgewise
