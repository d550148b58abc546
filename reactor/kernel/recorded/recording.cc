// One pass over all records, before anybody relies on any.
#include "reactor/kernel/recorded/recording.h"

#include <algorithm>
#include <utility>

#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

absl::Status CannotRead(std::string_view path, Error error) {
  const std::string why =
      "the recording " + std::string(path) + " cannot be read: " + ErrorText(error);
  return error == Error::kNotFound ? absl::NotFoundError(AbslView(why))
                                   : absl::UnavailableError(AbslView(why));
}

// All of a file, as far as it could be read.
Error ReadAll(Kernel& kernel, Handle file, std::string& bytes) {
  const FileInfo info = kernel.Inspect(file);
  if (info.error != Error::kNone) return info.error;
  if (info.kind != FileKind::kRegular) return Error::kInvalid;
  bytes.reserve(info.bytes);
  while (true) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kPieceBytes);
    const IoResult got = kernel.ReadAt(file, std::span(bytes).subspan(before, kPieceBytes), before);
    bytes.resize(before + (got.ok() ? got.bytes() : 0));
    if (got.error() == Error::kInterrupted) continue;
    if (!got.ok() || got.bytes() == 0) return got.error();
  }
}

}  // namespace

absl::StatusOr<Recording> Recording::Parse(std::string bytes, BrokenOff broken_off) {
  Recording recording(std::move(bytes));
  absl::StatusOr<RecordingReader> reader = RecordingReader::Open(recording.bytes_);
  if (!reader.ok()) return reader.status();
  RecordedCall call;
  while (true) {
    const absl::StatusOr<bool> more = reader->Read(call);
    if (!more.ok()) return more.status();
    if (!*more) break;
  }
  recording.calls_ = reader->calls();
  recording.size_ = reader->offset();
  recording.ended_ = reader->ended();
  if (!recording.ended_ && broken_off == BrokenOff::kRefuse) {
    return absl::DataLossError(AbslView("the recording breaks off at byte " +
                                        std::to_string(recording.size_) + ", after call " +
                                        std::to_string(recording.calls_)));
  }
  return recording;
}

absl::StatusOr<Recording> Recording::Load(Kernel& kernel, std::string_view path,
                                          BrokenOff broken_off) {
  const std::size_t slash = path.rfind('/');
  const std::string_view folder =
      slash == std::string_view::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const HandleResult directory = kernel.OpenDirectory(folder);
  if (!directory.ok()) return CannotRead(path, directory.error());
  const HandleResult file = kernel.OpenBeneath(directory.handle(), name);
  static_cast<void>(kernel.Close(directory.handle()));
  if (!file.ok()) return CannotRead(path, file.error());
  std::string bytes;
  const Error error = ReadAll(kernel, file.handle(), bytes);
  static_cast<void>(kernel.Close(file.handle()));
  if (error != Error::kNone) return CannotRead(path, error);
  absl::StatusOr<Recording> recording = Parse(std::move(bytes), broken_off);
  if (recording.ok()) return recording;
  return absl::Status(
      recording.status().code(),
      AbslView(std::string(path) + ": " + std::string(StdView(recording.status().message()))));
}

}  // namespace edgewise
