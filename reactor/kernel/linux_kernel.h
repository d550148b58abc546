// LinuxKernel: the real operating system.
#pragma once

#include "reactor/kernel/kernel.h"

namespace edgewise {

// Each call is one system call; see kernel.h for the contracts.
//
// Threading: stateless but for one relaxed flag; one instance may serve every thread.
class LinuxKernel final : public Kernel {
 public:
  // The instance that programs use where they have no reason for another. Created on first use,
  // never destroyed (it owns nothing).
  static LinuxKernel& Instance();

  LinuxKernel() = default;

  Error Close(Handle handle) override;
  HandleResult Duplicate(Handle handle) override;
  HandleResult OpenPlaceholder() override;
  std::size_t DescriptorLimit() override;
  Error RemovePath(std::string_view path) override;

  HandleResult OpenSocket(AddressFamily family) override;
  Error SetOption(Handle handle, SocketOption option, int value) override;
  Error Bind(Handle handle, const SocketAddress& address) override;
  Error Listen(Handle handle, int backlog) override;
  AcceptResult Accept(Handle listener) override;
  Error Connect(Handle handle, const SocketAddress& address) override;
  Error TakeSocketError(Handle handle) override;
  Error Shutdown(Handle handle, ShutdownSide side) override;
  AddressResult LocalAddress(Handle handle) override;

  IoResult Receive(Handle handle, std::span<char> into) override;
  IoResult Send(Handle handle, ConstBuffer bytes) override;
  IoResult SendGathered(Handle handle, std::span<const ConstBuffer> pieces) override;
  IoResult UnacknowledgedBytes(Handle handle) override;
  EpollMask PollNow(Handle handle, EpollMask interest) override;

  HandleResult OpenDirectory(std::string_view path) override;
  HandleResult OpenBeneath(Handle directory, std::string_view path) override;
  FileInfo Inspect(Handle file) override;
  IoResult ReadAt(Handle file, std::span<char> into, std::uint64_t offset) override;
  IoResult SendFile(Handle socket, Handle file, std::uint64_t offset,
                    std::size_t bytes_max) override;
  HandleResult OpenLog(std::string_view path) override;
  IoResult Append(Handle log, ConstBuffer bytes) override;

  HandleResult OpenEpoll() override;
  Error EpollAdd(Handle epoll, Handle handle, EpollMask mask, void* tag) override;
  Error EpollModify(Handle epoll, Handle handle, EpollMask mask, void* tag) override;
  Error EpollRemove(Handle epoll, Handle handle) override;
  IoResult EpollWait(Handle epoll, std::span<EpollEvent> into, Duration timeout) override;

  HandleResult OpenTimer() override;
  Error ArmTimer(Handle timer, Time at) override;
  HandleResult OpenWakeup() override;
  Error Notify(Handle wakeup) override;
  Error ClearWakeup(Handle wakeup) override;

  SignalSet BlockSignals(SignalSet signals) override;
  void RestoreSignals(SignalSet mask) override;
  HandleResult OpenSignals(SignalSet signals) override;
  SignalResult ReadSignal(Handle signals) override;

  Time MonotonicNow() override;
  WallTime WallNow() override;
  std::uint64_t Random() override;

  void RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) override;
  void Log(std::string_view line) override;
  [[noreturn]] void ExitNow(int code) override;
};

}  // namespace edgewise
