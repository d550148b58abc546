// Gathers, appends; after the first failure, nothing: half a record in the middle would make the
// rest unreadable.
#include "reactor/kernel/recorded/file_recording_sink.h"

#include "reactor/kernel/text.h"

namespace edgewise {

absl::StatusOr<std::unique_ptr<FileRecordingSink>> FileRecordingSink::Open(
    Kernel& kernel, std::string_view path, const RecordingFileOptions& options) {
  const std::string shown = "the recording " + std::string(path);
  const HandleResult file = kernel.OpenLog(path);
  if (!file.ok()) {
    return absl::InvalidArgumentError(
        AbslView(shown + " cannot be opened: " + ErrorText(file.error())));
  }
  const FileInfo info = kernel.Inspect(file.handle());
  if (info.error != Error::kNone || info.bytes != 0) {
    static_cast<void>(kernel.Close(file.handle()));
    return absl::InvalidArgumentError(
        AbslView(shown + " is not empty: name a file that is not there yet"));
  }
  return std::make_unique<FileRecordingSink>(kernel, file.handle(), options);
}

FileRecordingSink::FileRecordingSink(Kernel& kernel, Handle file,
                                     const RecordingFileOptions& options)
    : kernel_(kernel), file_(file), options_(options) {
  gathered_.reserve(options_.buffer_bytes);
}

FileRecordingSink::~FileRecordingSink() {
  FileRecordingSink::Flush();
  static_cast<void>(kernel_.Close(file_));
}

void FileRecordingSink::Write(std::string_view head, std::string_view bytes) {
  const std::size_t size = head.size() + bytes.size();
  if (!broken_off_ && taken_ + size > options_.file_bytes_max) {
    Flush();
    BreakOff("it is as long as it may be");
  }
  if (broken_off_) {
    dropped_ += size;
    return;
  }
  taken_ += size;
  gathered_ += head;
  gathered_ += bytes;
  if (gathered_.size() > options_.buffer_bytes) Flush();
}

void FileRecordingSink::Flush() {
  WriteOut(gathered_);
  gathered_.clear();
}

void FileRecordingSink::WriteOut(std::string_view bytes) {
  while (!bytes.empty() && !broken_off_) {
    const IoResult written = kernel_.Append(file_, bytes);
    if (written.error() == Error::kInterrupted) continue;
    if (!written.ok()) {
      dropped_ += bytes.size();
      taken_ -= bytes.size();
      return BreakOff(ErrorText(written.error()));
    }
    bytes.remove_prefix(written.bytes());
  }
}

void FileRecordingSink::BreakOff(std::string_view why) {
  broken_off_ = true;
  kernel_.Log("edgewise: the recording breaks off here: " + std::string(why) +
              "; the program goes on");
}

}  // namespace edgewise
