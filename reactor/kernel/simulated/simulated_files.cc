// The calls on files. A world's disk is a map from paths to texts: no links, no permissions.
#include <algorithm>
#include <string>
#include <vector>

#include "reactor/kernel/simulated/file_description.h"
#include "reactor/kernel/simulated/kernel_call.h"

namespace edgewise::sim {
namespace {

constexpr Error kIoError = Error::kInputOutput;
constexpr std::uint32_t kFileFaults = 4;

// "a/./b//../c" beneath a directory; kCrossDevice if it leads out.
Error Resolve(std::string_view path, std::string& resolved) {
  if (path.starts_with('/')) return Error::kCrossDevice;
  if (path.size() > 4095) return Error::kNameTooLong;
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.size() > 255) return Error::kNameTooLong;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return Error::kCrossDevice;
    } else {
      parts.pop_back();
    }
  }
  for (const std::string_view part : parts) resolved += "/" + std::string(part);
  return Error::kNone;
}

}  // namespace

Error SimulatedKernel::RemovePath(std::string_view path) {
  KernelCall call(*this, "RemovePath", kNoHandle);
  if (world_.FindFile(path) != nullptr || world_.IsDirectory(path)) {
    return call.Answer(Error::kExists);
  }
  const bool removed = world_.network().RemoveName(std::string(path));
  return call.Answer(removed ? Error::kNone : Error::kNotFound);
}

HandleResult SimulatedKernel::OpenFile(const char* name, Description::Kind kind, std::string path) {
  KernelCall call(*this, name, kNoHandle);
  if (IsFull()) return call.Answer(HandleResult::Failure(Error::kProcessLimit));
  const Error error = OpenFault();
  if (error != Error::kNone) return call.Answer(HandleResult::Failure(error));
  return call.Answer(Install(Ref<Description>(new FileDescription(kind, std::move(path)))));
}

HandleResult SimulatedKernel::OpenDirectory(std::string_view path) {
  if (world_.FindFile(path) != nullptr) return HandleResult::Failure(Error::kNotADirectory);
  if (!world_.IsDirectory(path)) return HandleResult::Failure(Error::kNotFound);
  return OpenFile("OpenDirectory", Description::Kind::kDirectory, std::string(path));
}

HandleResult SimulatedKernel::OpenBeneath(Handle directory, std::string_view path) {
  Error error;
  auto* folder =
      Use<FileDescription>(directory, "OpenBeneath", Description::Kind::kDirectory, error);
  if (folder == nullptr) return HandleResult::Failure(error);
  std::string resolved = folder->path();
  error = Resolve(path, resolved);
  if (error != Error::kNone) return HandleResult::Failure(error);
  if (world_.IsDirectory(resolved)) {
    return OpenFile("OpenBeneath", Description::Kind::kDirectory, resolved);
  }
  if (world_.FindFile(resolved) == nullptr) return HandleResult::Failure(Error::kNotFound);
  return OpenFile("OpenBeneath", Description::Kind::kFile, resolved);
}

FileInfo SimulatedKernel::Inspect(Handle file) {
  KernelCall call(*this, "Inspect", file);
  Description* description = Touch(file, "Inspect");
  if (description == nullptr) return {.error = call.Answer(Error::kBadHandle)};
  if (Fault(ChoicePoint::kFileError, 2) != 0) return {.error = call.Answer(kIoError)};
  static_cast<void>(call.Answer(Error::kNone));
  if (description->kind() == Description::Kind::kDirectory) {
    return {.kind = FileKind::kDirectory};
  }
  if (description->kind() != Description::Kind::kFile) return {};
  const std::string* text = world_.FindFile(static_cast<FileDescription*>(description)->path());
  return {.kind = FileKind::kRegular,
          .bytes = text == nullptr ? 0 : text->size(),
          .modified = WallTime(std::chrono::seconds(1'767'000'000))};
}

IoResult SimulatedKernel::ReadAt(Handle file, std::span<char> into, std::uint64_t offset) {
  KernelCall call(*this, "ReadAt", file);
  Error error;
  auto* found = Use<FileDescription>(file, "ReadAt", Description::Kind::kFile, error);
  if (found == nullptr) return call.Answer(IoResult::Failure(error));
  const std::uint32_t fault = Fault(ChoicePoint::kFileError, kFileFaults);
  if (fault == 1) return call.Answer(IoResult::Failure(kIoError));
  if (fault == 2) return call.Answer(IoResult::Failure(Error::kInterrupted));
  const std::string* text = world_.FindFile(found->path());
  if (text == nullptr || offset >= text->size()) return call.Answer(IoResult::Bytes(0));
  const std::size_t most = fault == 3 ? 1 : into.size();
  const std::size_t count = std::min(most, text->size() - static_cast<std::size_t>(offset));
  std::copy_n(text->begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
  Progressed();
  return call.Answer(IoResult::Bytes(count));
}

IoResult SimulatedKernel::SendFile(Handle socket, Handle file, std::uint64_t offset,
                                   std::size_t bytes_max) {
  Error error;
  auto* found = Use<FileDescription>(file, "SendFile", Description::Kind::kFile, error);
  if (found == nullptr) return IoResult::Failure(error);
  if (Fault(ChoicePoint::kFileError, 2) != 0) return IoResult::Failure(kIoError);
  const std::string* text = world_.FindFile(found->path());
  const std::size_t size = text == nullptr ? 0 : text->size();
  if (offset >= size) return SendPieces(socket, {}, "SendFile");
  const std::size_t left = size - static_cast<std::size_t>(offset);
  const ConstBuffer part(text->data() + offset, std::min(left, bytes_max));
  return SendPieces(socket, {&part, 1}, "SendFile");
}

HandleResult SimulatedKernel::OpenLog(std::string_view path) {
  if (world_.FindFile(path) == nullptr) world_.WriteFile(path, "");
  return OpenFile("OpenLog", Description::Kind::kLog, std::string(path));
}

IoResult SimulatedKernel::Append(Handle log, ConstBuffer bytes) {
  KernelCall call(*this, "Append", log);
  Error error;
  auto* found = Use<FileDescription>(log, "Append", Description::Kind::kLog, error);
  if (found == nullptr) return call.Answer(IoResult::Failure(error));
  const std::uint32_t fault = Fault(ChoicePoint::kFileError, kFileFaults);
  if (fault == 1) return call.Answer(IoResult::Failure(Error::kNoSpace));
  if (fault == 2) return call.Answer(IoResult::Failure(Error::kInterrupted));
  const std::size_t count = fault == 3 ? std::min<std::size_t>(bytes.size(), 1) : bytes.size();
  std::string* text = world_.FindFile(found->path());
  if (text != nullptr) text->append(bytes.data(), count);
  Progressed();
  return call.Answer(IoResult::Bytes(count));
}

}  // namespace edgewise::sim
