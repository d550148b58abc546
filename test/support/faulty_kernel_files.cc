// FaultyKernel, the calls about files: failed or cut short if so planned, passed on.
#include <algorithm>

#include "test/support/faulty_kernel.h"

namespace edgewise {

HandleResult FaultyKernel::OpenDirectory(std::string_view path) {
  const Error error = ErrorFor(Call::kOpenDirectory);
  return error != Error::kNone ? HandleResult::Failure(error) : Opened(inner_.OpenDirectory(path));
}

HandleResult FaultyKernel::OpenBeneath(Handle directory, std::string_view path) {
  const Error error = ErrorFor(Call::kOpenBeneath);
  if (error != Error::kNone) return HandleResult::Failure(error);
  return Opened(inner_.OpenBeneath(directory, path));
}

FileInfo FaultyKernel::Inspect(Handle file) {
  const Error error = ErrorFor(Call::kInspect);
  return error != Error::kNone ? FileInfo{.error = error} : inner_.Inspect(file);
}

IoResult FaultyKernel::ReadAt(Handle file, std::span<char> into, std::uint64_t offset) {
  const Verdict verdict = Judge(Call::kReadAt);
  if (verdict.error != Error::kNone) return IoResult::Failure(verdict.error);
  return inner_.ReadAt(file, into.first(std::min(into.size(), verdict.limit)), offset);
}

IoResult FaultyKernel::SendFile(Handle socket, Handle file, std::uint64_t offset,
                                std::size_t bytes_max) {
  const Verdict verdict = Judge(Call::kSendFile);
  if (verdict.error != Error::kNone) return Refused(socket, verdict.error);
  return inner_.SendFile(socket, file, offset, std::min(bytes_max, verdict.limit));
}

HandleResult FaultyKernel::OpenLog(std::string_view path) {
  const Error error = ErrorFor(Call::kOpenLog);
  return error != Error::kNone ? HandleResult::Failure(error) : Opened(inner_.OpenLog(path));
}

IoResult FaultyKernel::Append(Handle log, ConstBuffer bytes) {
  const Verdict verdict = Judge(Call::kAppend);
  if (verdict.error != Error::kNone) return IoResult::Failure(verdict.error);
  return inner_.Append(log, bytes.first(std::min(bytes.size(), verdict.limit)));
}

}  // namespace edgewise
