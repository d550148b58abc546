// RecordingKernel, the calls that are passed on and noted.
#include "reactor/kernel/recorded/content_hash.h"
#include "reactor/kernel/recorded/recorded_address.h"
#include "reactor/kernel/recorded/recording_kernel.h"

namespace edgewise {
namespace {

// What was received: as much of the room as was answered.
std::string_view Filled(std::span<const char> room, IoResult result) {
  return {room.data(), result.ok() ? result.bytes() : 0};
}

std::uint64_t HashOf(ConstBuffer bytes) { return ContentHash({bytes.data(), bytes.size()}, 0); }

}  // namespace

Error RecordingKernel::Close(Handle handle) {
  const Error error = inner_.Close(handle);
  Note<CallKind::kClose>({}, handle, error);
  return error;
}

HandleResult RecordingKernel::Duplicate(Handle handle) {
  const HandleResult result = inner_.Duplicate(handle);
  Note<CallKind::kDuplicate>({}, handle, result);
  return result;
}

HandleResult RecordingKernel::OpenPlaceholder() {
  const HandleResult result = inner_.OpenPlaceholder();
  Note<CallKind::kOpenPlaceholder>({}, result);
  return result;
}

std::size_t RecordingKernel::DescriptorLimit() {
  const std::size_t limit = inner_.DescriptorLimit();
  Note<CallKind::kDescriptorLimit>({}, limit);
  return limit;
}

Error RecordingKernel::RemovePath(std::string_view path) {
  const Error error = inner_.RemovePath(path);
  Note<CallKind::kRemovePath>(path, error);
  return error;
}

HandleResult RecordingKernel::OpenSocket(AddressFamily family) {
  const HandleResult result = inner_.OpenSocket(family);
  Note<CallKind::kOpenSocket>({}, family, result);
  return result;
}

Error RecordingKernel::SetOption(Handle handle, SocketOption option, int value) {
  const Error error = inner_.SetOption(handle, option, value);
  Note<CallKind::kSetOption>({}, handle, option, value, error);
  return error;
}

Error RecordingKernel::Bind(Handle handle, const SocketAddress& address) {
  const Error error = inner_.Bind(handle, address);
  Note<CallKind::kBind>(RecordedAddress::Encode(address), handle, error);
  return error;
}

Error RecordingKernel::Listen(Handle handle, int backlog) {
  const Error error = inner_.Listen(handle, backlog);
  Note<CallKind::kListen>({}, handle, backlog, error);
  return error;
}

AcceptResult RecordingKernel::Accept(Handle listener) {
  AcceptResult accepted = inner_.Accept(listener);
  const HandleResult result = accepted.error == Error::kNone
                                  ? HandleResult::Of(accepted.handle)
                                  : HandleResult::Failure(accepted.error);
  Note<CallKind::kAccept>(RecordedAddress::Encode(accepted.peer), listener, result);
  return accepted;
}

Error RecordingKernel::Connect(Handle handle, const SocketAddress& address) {
  const Error error = inner_.Connect(handle, address);
  Note<CallKind::kConnect>(RecordedAddress::Encode(address), handle, error);
  return error;
}

Error RecordingKernel::TakeSocketError(Handle handle) {
  const Error error = inner_.TakeSocketError(handle);
  Note<CallKind::kTakeSocketError>({}, handle, error);
  return error;
}

Error RecordingKernel::Shutdown(Handle handle, ShutdownSide side) {
  const Error error = inner_.Shutdown(handle, side);
  Note<CallKind::kShutdown>({}, handle, side, error);
  return error;
}

AddressResult RecordingKernel::LocalAddress(Handle handle) {
  AddressResult local = inner_.LocalAddress(handle);
  Note<CallKind::kLocalAddress>(RecordedAddress::Encode(local.address), handle, local.error);
  return local;
}

IoResult RecordingKernel::Receive(Handle handle, std::span<char> into) {
  const IoResult got = inner_.Receive(handle, into);
  Note<CallKind::kReceive>(Filled(into, got), handle, into.size(), got);
  return got;
}

IoResult RecordingKernel::Send(Handle handle, ConstBuffer bytes) {
  const IoResult sent = inner_.Send(handle, bytes);
  Note<CallKind::kSend>({}, handle, bytes.size(), HashOf(bytes), sent);
  return sent;
}

IoResult RecordingKernel::UnacknowledgedBytes(Handle handle) {
  const IoResult result = inner_.UnacknowledgedBytes(handle);
  Note<CallKind::kUnacknowledgedBytes>({}, handle, result);
  return result;
}

EpollMask RecordingKernel::PollNow(Handle handle, EpollMask interest) {
  const EpollMask mask = inner_.PollNow(handle, interest);
  Note<CallKind::kPollNow>({}, handle, interest, mask);
  return mask;
}

HandleResult RecordingKernel::OpenDirectory(std::string_view path) {
  const HandleResult result = inner_.OpenDirectory(path);
  Note<CallKind::kOpenDirectory>(path, result);
  return result;
}

HandleResult RecordingKernel::OpenBeneath(Handle directory, std::string_view path) {
  const HandleResult result = inner_.OpenBeneath(directory, path);
  Note<CallKind::kOpenBeneath>(path, directory, result);
  return result;
}

FileInfo RecordingKernel::Inspect(Handle file) {
  const FileInfo info = inner_.Inspect(file);
  Note<CallKind::kInspect>({}, file, info.error, info.kind, info.bytes, info.modified);
  return info;
}

IoResult RecordingKernel::ReadAt(Handle file, std::span<char> into, std::uint64_t offset) {
  const IoResult got = inner_.ReadAt(file, into, offset);
  Note<CallKind::kReadAt>(Filled(into, got), file, into.size(), offset, got);
  return got;
}

IoResult RecordingKernel::SendFile(Handle socket, Handle file, std::uint64_t offset,
                                   std::size_t bytes_max) {
  const IoResult sent = inner_.SendFile(socket, file, offset, bytes_max);
  Note<CallKind::kSendFile>({}, socket, file, offset, bytes_max, sent);
  return sent;
}

HandleResult RecordingKernel::OpenLog(std::string_view path) {
  const HandleResult result = inner_.OpenLog(path);
  Note<CallKind::kOpenLog>(path, result);
  return result;
}

IoResult RecordingKernel::Append(Handle log, ConstBuffer bytes) {
  const IoResult written = inner_.Append(log, bytes);
  Note<CallKind::kAppend>({}, log, bytes.size(), HashOf(bytes), written);
  return written;
}

HandleResult RecordingKernel::OpenEpoll() {
  const HandleResult result = inner_.OpenEpoll();
  Note<CallKind::kOpenEpoll>({}, result);
  return result;
}

HandleResult RecordingKernel::OpenTimer() {
  const HandleResult result = inner_.OpenTimer();
  Note<CallKind::kOpenTimer>({}, result);
  return result;
}

Error RecordingKernel::ArmTimer(Handle timer, Time at) {
  const Error error = inner_.ArmTimer(timer, at);
  Note<CallKind::kArmTimer>({}, timer, at, error);
  return error;
}

HandleResult RecordingKernel::OpenWakeup() {
  const HandleResult result = inner_.OpenWakeup();
  Note<CallKind::kOpenWakeup>({}, result);
  return result;
}

Error RecordingKernel::ClearWakeup(Handle wakeup) {
  const Error error = inner_.ClearWakeup(wakeup);
  Note<CallKind::kClearWakeup>({}, wakeup, error);
  return error;
}

SignalSet RecordingKernel::BlockSignals(SignalSet signals) {
  const SignalSet before = inner_.BlockSignals(signals);
  Note<CallKind::kBlockSignals>({}, signals, before);
  return before;
}

void RecordingKernel::RestoreSignals(SignalSet mask) {
  inner_.RestoreSignals(mask);
  Note<CallKind::kRestoreSignals>({}, mask);
}

HandleResult RecordingKernel::OpenSignals(SignalSet signals) {
  const HandleResult result = inner_.OpenSignals(signals);
  Note<CallKind::kOpenSignals>({}, signals, result);
  return result;
}

Kernel::SignalResult RecordingKernel::ReadSignal(Handle signals) {
  const SignalResult result = inner_.ReadSignal(signals);
  Note<CallKind::kReadSignal>({}, signals, result);
  return result;
}

Time RecordingKernel::MonotonicNow() {
  const Time now = inner_.MonotonicNow();
  Note<CallKind::kMonotonicNow>({}, now);
  return now;
}

WallTime RecordingKernel::WallNow() {
  const WallTime now = inner_.WallNow();
  Note<CallKind::kWallNow>({}, now);
  return now;
}

std::uint64_t RecordingKernel::Random() {
  const std::uint64_t value = inner_.Random();
  Note<CallKind::kRandom>({}, value);
  return value;
}

void RecordingKernel::Log(std::string_view line) {
  inner_.Log(line);
  Note<CallKind::kLog>(line);
}

}  // namespace edgewise
