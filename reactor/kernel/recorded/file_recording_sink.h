// FileRecordingSink: a recording in a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "reactor/kernel/kernel.h"
#include "reactor/kernel/recorded/recording_sink.h"

namespace edgewise {

// A value.
struct RecordingFileOptions {
  // Gathered in memory before it is written. What is there when the process crashes is lost, and
  // with it the calls that led to the crash. 0: each call is in the file before its answer is given
  // (it costs a write for each), and only a crash of the machine can lose it.
  std::size_t buffer_bytes = 0;
  // Where the recording breaks off.
  std::uint64_t file_bytes_max = std::uint64_t{16} << 30;
};

// Threading: one thread at a time. Ownership: of the file; it borrows the kernel, which must be the
// one that is recorded from, never the one that records. A file that takes no more (a full disk) is
// told of in the log, once; the program goes on, unrecorded.
//
//   auto sink = FileRecordingSink::Open(LinuxKernel::Instance(), "incident.ewr");
//   RecordingKernel kernel(LinuxKernel::Instance(), **sink);
class FileRecordingSink final : public RecordingSink {
 public:
  // Makes the file. What it holds is what clients sent, so think of who may read it (its mode is
  // 0644, less the umask). Errors name it: it has something in it already, or cannot be opened.
  static absl::StatusOr<std::unique_ptr<FileRecordingSink>> Open(
      Kernel& kernel, std::string_view path, const RecordingFileOptions& options = {});

  // `file` is open to be appended to.
  FileRecordingSink(Kernel& kernel, Handle file, const RecordingFileOptions& options);
  ~FileRecordingSink() override;

  void Write(std::string_view head, std::string_view bytes) override;
  void Flush() override;

  // Of this recording, in the file and in memory; and what came when it took no more:
  std::uint64_t bytes() const { return taken_; }
  std::uint64_t dropped_bytes() const { return dropped_; }

 private:
  void WriteOut(std::string_view bytes);
  void BreakOff(std::string_view why);

  Kernel& kernel_;
  const Handle file_;
  const RecordingFileOptions options_;
  std::string gathered_;
  std::uint64_t taken_ = 0;
  std::uint64_t dropped_ = 0;
  bool broken_off_ = false;
};

}  // namespace edgewise
