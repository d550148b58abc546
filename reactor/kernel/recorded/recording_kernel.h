// RecordingKernel: passes every call on to another kernel, and records what was asked and answered.
//
// What a program does is decided by its code and by what its kernel answers: bytes, events, times,
// chance. All of that comes through this door, so a recording of it is enough to run an incident of
// a real machine again, alone, in another process, as often as is needed (ReplayingKernel).
//
// Several threads would be a hole in that: which of them is first at a mutex or an atomic is no
// answer of a kernel. So the bodies of RunThreads take turns while they are recorded: one of them
// runs, from the end of a wait to the beginning of its next one, and gives way only in EpollWait.
// What they do to each other then has the order of the recording. The price is that they do not run
// at the same time, and that a body must not wait for another but in EpollWait.
//
// Tags of epoll are pointers. The inner kernel is given one of ours instead, by which an event is
// known to belong to a certain EpollAdd (Registrations); the caller gets its own back.
//
// The rejected alternative is to record at the level of the process (every system call and signal,
// and the scheduler, as debuggers do): that needs no cooperation, and rights and hardware that a
// server in service does not have.
//
// Threading: within RunThreads any of its bodies. Outside of it one thread at a time, but for
// Notify (that is what Reactor's Post and Stop call) once there has been a wait. The calls of other
// threads are passed on, counted and not recorded; what they make the others do is then missing in
// a replay, which says so if it comes to that. One RunThreads at a time. An epoll descriptor
// belongs to one thread.
// Ownership: borrows `inner` and `sink`, which must outlive it. It must outlive what it records.
// Limits: the sink's.
//
//   RecordingKernel kernel(LinuxKernel::Instance(), **sink, "what was run");
//   Server server({.listen = "127.0.0.1:9000", .kernel = &kernel});
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/kernel/kernel.h"
#include "reactor/kernel/recorded/baton.h"
#include "reactor/kernel/recorded/recording_sink.h"
#include "reactor/kernel/recorded/recording_writer.h"
#include "reactor/kernel/recorded/registrations.h"
#include "reactor/kernel/recorded/thread_place.h"

namespace edgewise {

class RecordingKernel final : public Kernel {
 public:
  // `note` is kept in the recording for whoever replays it, a command line for example.
  RecordingKernel(Kernel& inner, RecordingSink& sink, std::string_view note = {});
  // Ends the recording in order.
  ~RecordingKernel() override;

  // Passed on without being recorded.
  std::uint64_t foreign_calls() const { return foreign_.load(std::memory_order_relaxed); }

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
  // Whether the calling thread is none of those that are recorded.
  bool IsForeign() const {
    return running_.load(std::memory_order_relaxed) && !ThreadPlace::IsOf(this);
  }
  // The same, for a call that is about to be made or was: a foreign one is counted.
  bool PassesBy() {
    if (!IsForeign()) [[likely]]
      return false;
    foreign_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  // Records a call, unless it is a foreign one.
  template <CallKind kKind, typename... Numbers>
  void Note(std::string_view bytes, const Numbers&... numbers) {
    if (PassesBy()) [[unlikely]]
      return;
    if (foreign_calls() != foreign_noted_) [[unlikely]]
      NoteForeign();
    writer_.Write<kKind>(bytes, numbers...);
  }
  void NoteForeign();
  void TakeTurn();
  void RunBody(std::uint32_t index, absl::FunctionRef<void(std::size_t)> body);
  template <CallKind kKind, typename Call>
  Error Register(Handle epoll, Handle handle, EpollMask mask, void* tag, Call call);
  // Gives each event its own tag back; answers the events as bytes.
  std::string_view TakeEvents(std::span<EpollEvent> events);

  Kernel& inner_;
  RecordingSink& sink_;
  RecordingWriter writer_;
  Registrations registrations_;
  std::vector<char> event_bytes_;
  std::atomic<bool> running_{false};  // RunThreads
  bool in_turns_ = false;             // … with more than one
  Baton baton_;
  std::atomic<std::uint64_t> foreign_{0};
  std::uint64_t foreign_noted_ = 0;
  // Of the thread that waited last, outside of RunThreads.
  std::atomic<const void*> waiter_{nullptr};
};

}  // namespace edgewise
