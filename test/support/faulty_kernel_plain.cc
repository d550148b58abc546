// FaultyKernel, the calls that keep no books: counted, failed if so planned, passed on.
#include <cstdlib>

#include "test/support/faulty_kernel.h"
#include "test/support/keep_counts.h"

namespace edgewise {

std::size_t FaultyKernel::DescriptorLimit() { return inner_.DescriptorLimit(); }

Error FaultyKernel::RemovePath(std::string_view path) {
  const Error error = ErrorFor(Call::kRemovePath);
  return error != Error::kNone ? error : inner_.RemovePath(path);
}

Error FaultyKernel::SetOption(Handle handle, SocketOption option, int value) {
  const Error error = ErrorFor(Call::kSetOption);
  return error != Error::kNone ? error : inner_.SetOption(handle, option, value);
}

Error FaultyKernel::Bind(Handle handle, const SocketAddress& address) {
  const Error error = ErrorFor(Call::kBind);
  return error != Error::kNone ? error : inner_.Bind(handle, address);
}

Error FaultyKernel::Listen(Handle handle, int backlog) {
  const Error error = ErrorFor(Call::kListen);
  return error != Error::kNone ? error : inner_.Listen(handle, backlog);
}

Error FaultyKernel::Connect(Handle handle, const SocketAddress& address) {
  const Error error = ErrorFor(Call::kConnect);
  return error != Error::kNone ? error : inner_.Connect(handle, address);
}

Error FaultyKernel::TakeSocketError(Handle handle) {
  const Error error = ErrorFor(Call::kTakeSocketError);
  return error != Error::kNone ? error : inner_.TakeSocketError(handle);
}

Error FaultyKernel::Shutdown(Handle handle, ShutdownSide side) {
  const Error error = ErrorFor(Call::kShutdown);
  return error != Error::kNone ? error : inner_.Shutdown(handle, side);
}

AddressResult FaultyKernel::LocalAddress(Handle handle) {
  const Error error = ErrorFor(Call::kLocalAddress);
  return error != Error::kNone ? AddressResult{error, {}} : inner_.LocalAddress(handle);
}

IoResult FaultyKernel::UnacknowledgedBytes(Handle handle) {
  const Error error = ErrorFor(Call::kUnacknowledgedBytes);
  return error != Error::kNone ? IoResult::Failure(error) : inner_.UnacknowledgedBytes(handle);
}

EpollMask FaultyKernel::PollNow(Handle handle, EpollMask interest) {
  static_cast<void>(Judge(Call::kPollNow));
  return inner_.PollNow(handle, interest);
}

Error FaultyKernel::Notify(Handle wakeup) {
  const Error error = ErrorFor(Call::kNotify);
  return error != Error::kNone ? error : inner_.Notify(wakeup);
}

Error FaultyKernel::ClearWakeup(Handle wakeup) {
  const Error error = ErrorFor(Call::kClearWakeup);
  return error != Error::kNone ? error : inner_.ClearWakeup(wakeup);
}

SignalSet FaultyKernel::BlockSignals(SignalSet signals) {
  static_cast<void>(Judge(Call::kBlockSignals));
  return inner_.BlockSignals(signals);
}

void FaultyKernel::RestoreSignals(SignalSet mask) {
  static_cast<void>(Judge(Call::kRestoreSignals));
  inner_.RestoreSignals(mask);
}

Kernel::SignalResult FaultyKernel::ReadSignal(Handle signals) {
  const Error error = ErrorFor(Call::kReadSignal);
  return error != Error::kNone ? SignalResult{0, error} : inner_.ReadSignal(signals);
}

WallTime FaultyKernel::WallNow() {
  static_cast<void>(Judge(Call::kWallNow));
  return inner_.WallNow();
}

std::uint64_t FaultyKernel::Random() {
  static_cast<void>(Judge(Call::kRandom));
  return inner_.Random();
}

void FaultyKernel::RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) {
  inner_.RunThreads(count, body);
}

void FaultyKernel::ExitNow(int code) {
  KeepCounts();
  inner_.ExitNow(code);
  std::abort();  // g++ does not believe that a virtual call never returns
}

}  // namespace edgewise
