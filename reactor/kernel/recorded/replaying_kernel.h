// ReplayingKernel: answers every call with what was answered when it was recorded.
//
// Nothing outside the process is touched: no socket, no file, no clock. A program that does the
// same with the same answers makes the same calls, so each must be the one that was recorded, with
// the same arguments; descriptors have the numbers that they had, and what is sent must have the
// same hash. One that is not is a divergence: the program is not the one that was recorded (other
// code, other flags), or depends on something that no kernel answers (an address, a hash table's
// order, another thread). It is reported, with what was recorded and what came, and the program
// stopped, since no answer would be right from there on.
//
// The end of a recording that breaks off is reported in the same way: it is where the recorded
// process died, or was when the file was copied. With the same code it dies by itself before.
//
// The bodies of RunThreads are run by `host`, in threads, and take turns as they did.
//
// Threading: as RecordingKernel. A thread that is neither may Notify, which does nothing; the
// results of its work come at other times than in the recording. Ownership: of its recording;
// borrows `host`, which also prints what the program logs and ends the process when it does.
//
//   auto recording = Recording::Load(LinuxKernel::Instance(), "incident.ewr");
//   ReplayingKernel kernel(*std::move(recording), LinuxKernel::Instance());
//   Server server({.listen = "127.0.0.1:9000", .kernel = &kernel});   // as it was recorded
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "reactor/kernel/kernel.h"
#include "reactor/kernel/recorded/baton.h"
#include "reactor/kernel/recorded/recorded_call.h"
#include "reactor/kernel/recorded/recorded_number.h"
#include "reactor/kernel/recorded/recording.h"
#include "reactor/kernel/recorded/thread_place.h"

namespace edgewise {

// Where program and recording part. A value.
struct Divergence {
  // How they part.
  enum class Kind : std::uint8_t {
    kOtherCall,  // … or other arguments
    kAfterEnd,   // the recorded program made no more calls
    kBrokenOff,  // the recording has no more
    kForeign,    // a call of a thread that is not recorded
  };
  // How they part here.
  Kind kind = Kind::kOtherCall;
  std::uint64_t call = 0;  // its number, from 1 on
  // Which of the threads of RunThreads, as in RecordedCall.
  std::uint32_t thread = 0;
  std::string expected;  // the recorded call; empty if there is none
  // The call that was made instead.
  std::string came;

  // For people.
  std::string text;
};

class ReplayingKernel final : public Kernel {
 public:
  // Told of a divergence, in the thread whose call it is. If it returns, the program is aborted.
  using OnDivergence = absl::AnyInvocable<void(const Divergence&)>;

  // Without `on_divergence`: its text is written to the log of `host`.
  ReplayingKernel(Recording recording, Kernel& host, OnDivergence on_divergence = nullptr);

  // Answered so far.
  std::uint64_t calls() const { return current_.number; }
  // All of them were, and the recording was ended in order.
  bool finished() const { return !has_next_ && recording_.ended(); }

  // --- Kernel.

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

 private:
  // The recorded call, which must be this one; it stays until the next.
  template <CallKind kKind, typename... Numbers>
  const RecordedCall& Expect(std::string_view bytes, const Numbers&... arguments) {
    static_assert(sizeof...(arguments) == CallShape::Of(kKind).argument_count);
    return Next(kKind, {RecordedNumber::Of(arguments)...}, bytes);
  }
  const RecordedCall& Next(CallKind kind, std::initializer_list<std::int64_t> arguments,
                           std::string_view bytes);
  void Advance();
  std::uint32_t ThisThread() const;
  bool IsForeign() const {
    return running_.load(std::memory_order_relaxed) && !ThreadPlace::IsOf(this);
  }
  void TakeTurn(std::uint32_t index);
  void RunBody(std::uint32_t index, absl::FunctionRef<void(std::size_t)> body);
  // From now on events of that registration carry `tag`.
  Error Registered(const RecordedCall& call, void* tag);
  [[noreturn]] void Diverge(Divergence::Kind kind, const RecordedCall& came);

  const Recording recording_;
  Kernel& host_;
  OnDivergence on_divergence_;
  RecordingReader reader_;
  bool has_next_ = false;
  RecordedCall next_;
  RecordedCall current_;
  std::vector<void*> tags_;           // by registration
  std::atomic<bool> running_{false};  // RunThreads
  bool in_turns_ = false;             // … with more than one
  Baton baton_;
  std::atomic<const void*> waiter_{nullptr};  // of the thread that waited last
};

}  // namespace edgewise
