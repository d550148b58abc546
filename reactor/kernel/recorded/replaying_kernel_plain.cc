// ReplayingKernel, the calls that are compared and answered.
#include <algorithm>

#include "reactor/kernel/recorded/content_hash.h"
#include "reactor/kernel/recorded/recorded_address.h"
#include "reactor/kernel/recorded/replaying_kernel.h"

namespace edgewise {
namespace {

using To = RecordedNumber;

std::uint64_t HashOf(ConstBuffer bytes) { return ContentHash({bytes.data(), bytes.size()}, 0); }

Error ErrorOf(const RecordedCall& call) { return To::ToError(call.answer()); }
HandleResult HandleOf(const RecordedCall& call) { return To::ToHandleResult(call.answer()); }
IoResult IoResultOf(const RecordedCall& call) { return To::ToIoResult(call.answer()); }

// The recording was checked: they fit.
IoResult Fill(const RecordedCall& call, std::span<char> into) {
  std::copy(call.bytes.begin(), call.bytes.end(), into.begin());
  return IoResultOf(call);
}

SocketAddress AddressOf(const RecordedCall& call) {
  return RecordedAddress::Decode(call.bytes).value_or(SocketAddress());
}

}  // namespace

Error ReplayingKernel::Close(Handle handle) {
  return ErrorOf(Expect<CallKind::kClose>({}, handle));
}

HandleResult ReplayingKernel::Duplicate(Handle handle) {
  return HandleOf(Expect<CallKind::kDuplicate>({}, handle));
}

HandleResult ReplayingKernel::OpenPlaceholder() {
  return HandleOf(Expect<CallKind::kOpenPlaceholder>({}));
}

std::size_t ReplayingKernel::DescriptorLimit() {
  return static_cast<std::size_t>(Expect<CallKind::kDescriptorLimit>({}).answer());
}

Error ReplayingKernel::RemovePath(std::string_view path) {
  return ErrorOf(Expect<CallKind::kRemovePath>(path));
}

HandleResult ReplayingKernel::OpenSocket(AddressFamily family) {
  return HandleOf(Expect<CallKind::kOpenSocket>({}, family));
}

Error ReplayingKernel::SetOption(Handle handle, SocketOption option, int value) {
  return ErrorOf(Expect<CallKind::kSetOption>({}, handle, option, value));
}

Error ReplayingKernel::Bind(Handle handle, const SocketAddress& address) {
  return ErrorOf(Expect<CallKind::kBind>(RecordedAddress::Encode(address), handle));
}

Error ReplayingKernel::Listen(Handle handle, int backlog) {
  return ErrorOf(Expect<CallKind::kListen>({}, handle, backlog));
}

AcceptResult ReplayingKernel::Accept(Handle listener) {
  const RecordedCall& call = Expect<CallKind::kAccept>({}, listener);
  const HandleResult result = HandleOf(call);
  return {.handle = result.handle(), .error = result.error(), .peer = AddressOf(call)};
}

Error ReplayingKernel::Connect(Handle handle, const SocketAddress& address) {
  return ErrorOf(Expect<CallKind::kConnect>(RecordedAddress::Encode(address), handle));
}

Error ReplayingKernel::TakeSocketError(Handle handle) {
  return ErrorOf(Expect<CallKind::kTakeSocketError>({}, handle));
}

Error ReplayingKernel::Shutdown(Handle handle, ShutdownSide side) {
  return ErrorOf(Expect<CallKind::kShutdown>({}, handle, side));
}

AddressResult ReplayingKernel::LocalAddress(Handle handle) {
  const RecordedCall& call = Expect<CallKind::kLocalAddress>({}, handle);
  return {.error = ErrorOf(call), .address = AddressOf(call)};
}

IoResult ReplayingKernel::Receive(Handle handle, std::span<char> into) {
  return Fill(Expect<CallKind::kReceive>({}, handle, into.size()), into);
}

IoResult ReplayingKernel::Send(Handle handle, ConstBuffer bytes) {
  return IoResultOf(Expect<CallKind::kSend>({}, handle, bytes.size(), HashOf(bytes)));
}

IoResult ReplayingKernel::UnacknowledgedBytes(Handle handle) {
  return IoResultOf(Expect<CallKind::kUnacknowledgedBytes>({}, handle));
}

EpollMask ReplayingKernel::PollNow(Handle handle, EpollMask interest) {
  return static_cast<EpollMask>(Expect<CallKind::kPollNow>({}, handle, interest).answer());
}

HandleResult ReplayingKernel::OpenDirectory(std::string_view path) {
  return HandleOf(Expect<CallKind::kOpenDirectory>(path));
}

HandleResult ReplayingKernel::OpenBeneath(Handle directory, std::string_view path) {
  return HandleOf(Expect<CallKind::kOpenBeneath>(path, directory));
}

FileInfo ReplayingKernel::Inspect(Handle file) {
  const RecordedCall& call = Expect<CallKind::kInspect>({}, file);
  return {.error = ErrorOf(call),
          .kind = static_cast<FileKind>(call.answer(1)),
          .bytes = static_cast<std::uint64_t>(call.answer(2)),
          .modified = WallTime(Duration(call.answer(3)))};
}

IoResult ReplayingKernel::ReadAt(Handle file, std::span<char> into, std::uint64_t offset) {
  return Fill(Expect<CallKind::kReadAt>({}, file, into.size(), offset), into);
}

IoResult ReplayingKernel::SendFile(Handle socket, Handle file, std::uint64_t offset,
                                   std::size_t bytes_max) {
  return IoResultOf(Expect<CallKind::kSendFile>({}, socket, file, offset, bytes_max));
}

HandleResult ReplayingKernel::OpenLog(std::string_view path) {
  return HandleOf(Expect<CallKind::kOpenLog>(path));
}

IoResult ReplayingKernel::Append(Handle log, ConstBuffer bytes) {
  return IoResultOf(Expect<CallKind::kAppend>({}, log, bytes.size(), HashOf(bytes)));
}

HandleResult ReplayingKernel::OpenEpoll() { return HandleOf(Expect<CallKind::kOpenEpoll>({})); }

Error ReplayingKernel::EpollRemove(Handle epoll, Handle handle) {
  return ErrorOf(Expect<CallKind::kEpollRemove>({}, epoll, handle));
}

HandleResult ReplayingKernel::OpenTimer() { return HandleOf(Expect<CallKind::kOpenTimer>({})); }

Error ReplayingKernel::ArmTimer(Handle timer, Time at) {
  return ErrorOf(Expect<CallKind::kArmTimer>({}, timer, at));
}

HandleResult ReplayingKernel::OpenWakeup() { return HandleOf(Expect<CallKind::kOpenWakeup>({})); }

Error ReplayingKernel::ClearWakeup(Handle wakeup) {
  return ErrorOf(Expect<CallKind::kClearWakeup>({}, wakeup));
}

SignalSet ReplayingKernel::BlockSignals(SignalSet signals) {
  return static_cast<SignalSet>(Expect<CallKind::kBlockSignals>({}, signals).answer());
}

void ReplayingKernel::RestoreSignals(SignalSet mask) {
  Expect<CallKind::kRestoreSignals>({}, mask);
}

HandleResult ReplayingKernel::OpenSignals(SignalSet signals) {
  return HandleOf(Expect<CallKind::kOpenSignals>({}, signals));
}

Kernel::SignalResult ReplayingKernel::ReadSignal(Handle signals) {
  return To::ToSignalResult(Expect<CallKind::kReadSignal>({}, signals).answer());
}

Time ReplayingKernel::MonotonicNow() {
  const std::int64_t now = Expect<CallKind::kMonotonicNow>({}).answer();
  return now == To::kNone ? kNever : Time(Duration(now));
}

WallTime ReplayingKernel::WallNow() {
  return WallTime(Duration(Expect<CallKind::kWallNow>({}).answer()));
}

std::uint64_t ReplayingKernel::Random() {
  return static_cast<std::uint64_t>(Expect<CallKind::kRandom>({}).answer());
}

}  // namespace edgewise
