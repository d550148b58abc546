// The fake kernel's answers; the contract is in the header.
#include "test/support/fake_kernel.h"

#include <algorithm>

#include "reactor/check.h"

namespace edgewise {

void FakeKernel::Deliver(std::vector<Event> batch, Duration after) {
  batches_.push_back({.due = now() + after, .events = std::move(batch)});
}

void FakeKernel::Answer(Call call, Handle handle, Scripted answer) {
  scripts_[{call, handle}].push_back(std::move(answer));
}

void FakeKernel::Fail(Call call, std::uint64_t nth, Error error) {
  failures_[{call, calls(call) + nth}] = error;
}

Error FakeKernel::Enter(Call call) {
  const std::uint64_t use = ++calls_[Index(call)];
  if (hooks_[Index(call)]) hooks_[Index(call)]();
  const auto failure = failures_.find({call, use});
  return failure == failures_.end() ? Error::kNone : failure->second;
}

Error FakeKernel::Enter(Call call, Handle handle) {
  const Error error = Enter(call);
  if (is_open(handle)) return error;
  ++bad_handles_;
  return Error::kBadHandle;
}

HandleResult FakeKernel::OpenLowest() {
  if (open_.size() >= limit_) return HandleResult::Failure(Error::kProcessLimit);
  Handle handle = kFirstHandle;
  while (is_open(handle)) ++handle;
  open_[handle] = {};
  return HandleResult::Of(handle);
}

HandleResult FakeKernel::Open(Call call) {
  const Error error = Enter(call);
  return error == Error::kNone ? OpenLowest() : HandleResult::Failure(error);
}

std::deque<FakeKernel::Scripted>* FakeKernel::Script(Call call, Handle handle) {
  const auto script = scripts_.find({call, handle});
  if (script == scripts_.end() || script->second.empty()) return nullptr;
  return &script->second;
}

// --- Descriptors.

Error FakeKernel::Close(Handle handle) {
  const Error error = Enter(Call::kClose, handle);
  if (error == Error::kBadHandle) return error;
  closed_registered_ += registrations_.erase(handle);
  open_.erase(handle);
  // The next descriptor of this number is another.
  std::erase_if(scripts_, [handle](const auto& entry) { return entry.first.second == handle; });
  return error;
}

HandleResult FakeKernel::Duplicate(Handle handle) {
  const Error error = Enter(Call::kDuplicate, handle);
  return error == Error::kNone ? OpenLowest() : HandleResult::Failure(error);
}

Error FakeKernel::RemovePath(std::string_view) { return Enter(Call::kRemovePath); }

// --- Files: there are none.

HandleResult FakeKernel::OpenDirectory(std::string_view) { return Open(Call::kOpenDirectory); }

HandleResult FakeKernel::OpenBeneath(Handle directory, std::string_view) {
  const Error error = Enter(Call::kOpenBeneath, directory);
  return HandleResult::Failure(error == Error::kNone ? Error::kNotFound : error);
}

FileInfo FakeKernel::Inspect(Handle file) { return {.error = Enter(Call::kInspect, file)}; }

IoResult FakeKernel::ReadAt(Handle file, std::span<char>, std::uint64_t) {
  const Error error = Enter(Call::kReadAt, file);
  return error == Error::kNone ? IoResult::Bytes(0) : IoResult::Failure(error);
}

IoResult FakeKernel::SendFile(Handle socket, Handle, std::uint64_t, std::size_t) {
  const Error error = Enter(Call::kSendFile, socket);
  return error == Error::kNone ? IoResult::Bytes(0) : IoResult::Failure(error);
}

HandleResult FakeKernel::OpenLog(std::string_view) { return Open(Call::kOpenLog); }

IoResult FakeKernel::Append(Handle log, ConstBuffer bytes) {
  const Error error = Enter(Call::kAppend, log);
  return error == Error::kNone ? IoResult::Bytes(bytes.size()) : IoResult::Failure(error);
}

// --- Sockets.

HandleResult FakeKernel::OpenSocket(AddressFamily) { return Open(Call::kOpenSocket); }

Error FakeKernel::SetOption(Handle handle, SocketOption, int) {
  return Enter(Call::kSetOption, handle);
}

Error FakeKernel::Bind(Handle handle, const SocketAddress&) { return Enter(Call::kBind, handle); }

Error FakeKernel::Listen(Handle handle, int) { return Enter(Call::kListen, handle); }

AcceptResult FakeKernel::Accept(Handle listener) {
  Error error = Enter(Call::kAccept, listener);
  if (error != Error::kNone) return {.error = error};
  // The descriptor table comes first, as in the real kernel.
  if (open_.size() >= limit_) return {.error = Error::kProcessLimit};
  auto* const script = Script(Call::kAccept, listener);
  if (script == nullptr) return {.error = Error::kWouldBlock};
  const Scripted answer = std::move(script->front());
  script->pop_front();
  if (answer.error != Error::kNone) return {.error = answer.error};
  return {.handle = OpenLowest().handle(), .error = Error::kNone, .peer = answer.peer};
}

Error FakeKernel::Connect(Handle handle, const SocketAddress&) {
  const Error error = Enter(Call::kConnect, handle);
  auto* const script = Script(Call::kConnect, handle);
  if (error != Error::kNone) return error;
  if (script == nullptr) return Error::kInProgress;
  const Error scripted = script->front().error;
  script->pop_front();
  return scripted;
}

Error FakeKernel::TakeSocketError(Handle handle) {
  const Error error = Enter(Call::kTakeSocketError, handle);
  auto* const script = Script(Call::kTakeSocketError, handle);
  if (error != Error::kNone || script == nullptr) return error;
  const Error scripted = script->front().error;
  script->pop_front();
  return scripted;
}

Error FakeKernel::Shutdown(Handle handle, ShutdownSide) { return Enter(Call::kShutdown, handle); }

AddressResult FakeKernel::LocalAddress(Handle handle) {
  return {.error = Enter(Call::kLocalAddress, handle),
          .address = SocketAddress::Ipv4({127, 0, 0, 1}, 1)};
}

IoResult FakeKernel::Receive(Handle handle, std::span<char> into) {
  const Error error = Enter(Call::kReceive, handle);
  if (error != Error::kNone) return IoResult::Failure(error);
  auto* const script = Script(Call::kReceive, handle);
  if (script == nullptr) return IoResult::Failure(Error::kWouldBlock);
  Scripted& answer = script->front();
  if (answer.error != Error::kNone) {
    const Error scripted = answer.error;
    script->pop_front();
    return IoResult::Failure(scripted);
  }
  const std::size_t count = std::min(answer.bytes.size(), into.size());
  std::copy_n(answer.bytes.begin(), count, into.begin());
  answer.bytes.erase(0, count);
  if (answer.bytes.empty()) script->pop_front();
  return IoResult::Bytes(count);
}

IoResult FakeKernel::Take(Handle handle, std::string_view bytes) {
  std::size_t count = open_[handle].takes_sends ? bytes.size() : 0;
  if (auto* const script = Script(Call::kSend, handle)) {
    const Scripted answer = script->front();
    script->pop_front();
    if (answer.error != Error::kNone) return IoResult::Failure(answer.error);
    count = std::min(answer.number, bytes.size());
  }
  if (count == 0 && !bytes.empty()) return IoResult::Failure(Error::kWouldBlock);
  sent_[handle] += bytes.substr(0, count);
  return IoResult::Bytes(count);
}

IoResult FakeKernel::Send(Handle handle, ConstBuffer bytes) {
  const Error error = Enter(Call::kSend, handle);
  if (error != Error::kNone) return IoResult::Failure(error);
  return Take(handle, {bytes.data(), bytes.size()});
}

IoResult FakeKernel::SendGathered(Handle handle, std::span<const ConstBuffer> pieces) {
  EDGEWISE_CHECK(pieces.size() <= kGatherMax, "more pieces than the kernel takes");
  const Error error = Enter(Call::kSendGathered, handle);
  if (error != Error::kNone) return IoResult::Failure(error);
  std::string all;
  for (const ConstBuffer& piece : pieces) all.append(piece.data(), piece.size());
  return Take(handle, all);
}

IoResult FakeKernel::UnacknowledgedBytes(Handle handle) {
  const Error error = Enter(Call::kUnacknowledgedBytes, handle);
  if (error != Error::kNone) return IoResult::Failure(error);
  auto* const script = Script(Call::kUnacknowledgedBytes, handle);
  if (script == nullptr) return IoResult::Bytes(0);
  const std::size_t count = script->front().number;
  script->pop_front();
  return IoResult::Bytes(count);
}

EpollMask FakeKernel::PollNow(Handle handle, EpollMask interest) {
  if (Enter(Call::kPollNow, handle) != Error::kNone) return kEpollError;
  auto* const script = Script(Call::kPollNow, handle);
  if (script == nullptr) return 0;
  const auto mask = static_cast<EpollMask>(script->front().number);
  script->pop_front();
  return mask & (interest | kEpollError | kEpollHangup);
}

}  // namespace edgewise
