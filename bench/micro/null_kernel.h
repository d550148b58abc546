// NullKernel: a kernel that costs nothing, so that what is left of a figure is ours.
//
// Every call succeeds at once and does nothing. A wait answers the events that were set before; a
// receive answers the next piece of the input that was set before; time stands still.
//
// Threading: one thread. Ownership: nothing; what it was given must outlive its use.
//
//   NullKernel kernel;
//   Reactor reactor(kernel);
//   kernel.SetEvents(events);    // each wait answers these
//   reactor.RunOnce(Duration::zero());
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "reactor/kernel/kernel.h"

namespace edgewise::micro {

class NullKernel final : public Kernel {
 public:
  // What each wait answers from now on, as much as the caller has room for.
  void SetEvents(std::vector<EpollEvent> events) {
    events_ = std::move(events);
    written_to_ = nullptr;
  }
  // What is to be received, on whatever descriptor, at most `piece_bytes` by one call; then nothing
  // (it would block).
  void SetInput(std::string_view input, std::size_t piece_bytes) {
    input_ = input;
    piece_bytes_ = piece_bytes;
  }
  std::size_t input_left() const { return input_.size(); }

  Error Close(Handle) override { return Error::kNone; }
  HandleResult Duplicate(Handle) override { return HandleResult::Of(0); }
  HandleResult OpenPlaceholder() override { return HandleResult::Of(0); }
  std::size_t DescriptorLimit() override { return std::size_t{1} << 20; }
  Error RemovePath(std::string_view) override { return Error::kNone; }
  HandleResult OpenSocket(AddressFamily) override { return HandleResult::Of(0); }
  Error SetOption(Handle, SocketOption, int) override { return Error::kNone; }
  Error Bind(Handle, const SocketAddress&) override { return Error::kNone; }
  Error Listen(Handle, int) override { return Error::kNone; }
  AcceptResult Accept(Handle) override { return {.error = Error::kWouldBlock}; }
  Error Connect(Handle, const SocketAddress&) override { return Error::kNone; }
  Error TakeSocketError(Handle) override { return Error::kNone; }
  Error Shutdown(Handle, ShutdownSide) override { return Error::kNone; }
  AddressResult LocalAddress(Handle) override { return {}; }

  IoResult Receive(Handle, std::span<char> into) override {
    const std::size_t size = std::min({into.size(), input_.size(), piece_bytes_});
    if (size == 0) return IoResult::Failure(Error::kWouldBlock);
    std::memcpy(into.data(), input_.data(), size);
    input_.remove_prefix(size);
    return IoResult::Bytes(size);
  }
  IoResult Send(Handle, ConstBuffer bytes) override { return IoResult::Bytes(bytes.size()); }
  IoResult SendGathered(Handle, std::span<const ConstBuffer> pieces) override {
    std::size_t size = 0;
    for (const ConstBuffer& piece : pieces) size += piece.size();
    return IoResult::Bytes(size);
  }
  IoResult UnacknowledgedBytes(Handle) override { return IoResult::Bytes(0); }
  EpollMask PollNow(Handle, EpollMask) override { return 0; }

  HandleResult OpenDirectory(std::string_view) override { return HandleResult::Of(0); }
  HandleResult OpenBeneath(Handle, std::string_view) override { return HandleResult::Of(0); }
  FileInfo Inspect(Handle) override { return {}; }
  IoResult ReadAt(Handle, std::span<char>, std::uint64_t) override { return IoResult::Bytes(0); }
  IoResult SendFile(Handle, Handle, std::uint64_t, std::size_t) override {
    return IoResult::Bytes(0);
  }
  HandleResult OpenLog(std::string_view) override { return HandleResult::Of(0); }
  IoResult Append(Handle, ConstBuffer bytes) override { return IoResult::Bytes(bytes.size()); }

  HandleResult OpenEpoll() override { return HandleResult::Of(0); }
  Error EpollAdd(Handle, Handle, EpollMask, void*) override { return Error::kNone; }
  Error EpollModify(Handle, Handle, EpollMask, void*) override { return Error::kNone; }
  Error EpollRemove(Handle, Handle) override { return Error::kNone; }
  // A reactor only reads its array: what was written there for the last wait still stands.
  IoResult EpollWait(Handle, std::span<EpollEvent> into, Duration) override {
    const std::size_t count = std::min(into.size(), events_.size());
    if (into.data() != written_to_) {
      std::copy_n(events_.begin(), count, into.begin());
      written_to_ = into.data();
    }
    return IoResult::Bytes(count);
  }

  HandleResult OpenTimer() override { return HandleResult::Of(0); }
  Error ArmTimer(Handle, Time) override { return Error::kNone; }
  HandleResult OpenWakeup() override { return HandleResult::Of(0); }
  Error Notify(Handle) override { return Error::kNone; }
  Error ClearWakeup(Handle) override { return Error::kNone; }

  SignalSet BlockSignals(SignalSet) override { return 0; }
  void RestoreSignals(SignalSet) override {}
  HandleResult OpenSignals(SignalSet) override { return HandleResult::Of(0); }
  SignalResult ReadSignal(Handle) override { return {}; }

  Time MonotonicNow() override { return Time(std::chrono::hours(1000)); }
  WallTime WallNow() override { return WallTime(); }
  std::uint64_t Random() override { return 4; }
  void RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) override;
  void Log(std::string_view line) override;
  [[noreturn]] void ExitNow(int code) override;

 private:
  std::vector<EpollEvent> events_;
  const EpollEvent* written_to_ = nullptr;  // holds events_ already
  std::string_view input_;
  std::size_t piece_bytes_ = 0;
};

}  // namespace edgewise::micro
