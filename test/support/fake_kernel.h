// FakeKernel: a kernel that does what a test tells it to, and remembers what it was asked.
//
// Time is virtual: it stands still but for Advance and for waits. Descriptors are numbers, the
// lowest free one first, from 3. Nothing is connected to anything: what a descriptor answers is
// scripted, and without a script it would block (calls that set things up succeed).
//
// EpollWait answers the scripted batches in order, one for each wait (the rest of one that is
// larger than the caller's array comes next), then, by itself, the wake-ups that were notified and
// the timers that ran out.
// Each event is looked up in the table of registrations when it is *delivered*, as the real kernel
// does: one whose descriptor is not registered any more goes nowhere and is counted as stale, and
// of the others the caller gets the tag of the registration and those bits that it asked for. With
// nothing to say it lets the timeout pass. A wait that would never end answers nothing and is
// counted: that is how a lost wake-up or a lost edge looks.
//
// Threading: one thread. Ownership: borrows nothing but the hooks.
//
//   FakeKernel kernel;
//   Reactor reactor(kernel);
//   const Handle socket = kernel.OpenSocket(AddressFamily::kIpv4).handle();
//   kernel.Answer(Call::kReceive, socket, {.bytes = "hello"});
//   kernel.Deliver({{socket, kEpollIn}});
//   reactor.RunOnce();
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reactor/kernel/kernel.h"
#include "test/support/fake_call.h"

namespace edgewise {

class FakeKernel final : public Kernel {
 public:
  using Call = FakeCall;

  // What one call answers. Each call takes of it what it can use.
  struct Scripted {
    Error error = Error::kNone;
    std::size_t number = 0;  // room for Send, SIOCOUTQ, the signal, the poll mask
    std::string bytes;       // for Receive; none is the end of the stream
    SocketAddress peer;      // for Accept
  };
  struct Event {
    Handle handle;
    EpollMask mask;
  };
  struct Wait {
    Duration timeout;
    std::size_t capacity;
    std::size_t delivered;
  };
  struct Registration {
    EpollMask mask;
    void* tag;
  };
  // ExitNow throws it.
  struct Exited {
    int code;
  };

  FakeKernel() = default;

  // --- The script.

  // Another batch for EpollWait, to come `after` from now at the earliest.
  void Deliver(std::vector<Event> batch, Duration after = Duration::zero());
  // Queues what `call` on `handle` answers once: Receive (bytes longer than the buffer stay for the
  // next call), Send and SendGathered (both take from kSend), Accept, Connect, ReadSignal,
  // TakeSocketError, UnacknowledgedBytes, PollNow.
  void Answer(Call call, Handle handle, Scripted answer);
  // From now on every send on `handle` is taken whole where nothing is scripted.
  void TakeSends(Handle handle) { open_[handle].takes_sends = true; }
  // The use number `nth` of `call` from now on, 1 being the next, fails. EpollWait, too.
  void Fail(Call call, std::uint64_t nth, Error error);
  // Runs `hook` at the start of each use of `call`; an empty one ends that.
  void Before(Call call, std::function<void()> hook) { hooks_[Index(call)] = std::move(hook); }
  void Advance(Duration by) { elapsed_ += by; }
  // Descriptors that may be open at once.
  void set_descriptor_limit(std::size_t limit) { limit_ = limit; }

  // --- What happened.

  std::uint64_t calls(Call call) const { return calls_[Index(call)]; }
  // One for each EpollWait.
  const std::vector<Wait>& waits() const { return waits_; }
  const std::map<Handle, Registration>& registrations() const { return registrations_; }
  // Open descriptors, the epoll and wake-up ones included.
  std::size_t open_handles() const { return open_.size(); }
  bool is_open(Handle handle) const { return open_.count(handle) != 0; }
  // All that was taken by sends on this descriptor.
  const std::string& sent(Handle handle) { return sent_[handle]; }
  const std::vector<std::string>& log() const { return log_; }
  SignalSet blocked_signals() const { return blocked_; }
  // Events whose descriptor had left epoll.
  std::uint64_t stale_events() const { return stale_events_; }
  // Waits without an end.
  std::uint64_t hangs() const { return hangs_; }
  // Descriptors that were closed while registered.
  std::uint64_t closed_registered() const { return closed_registered_; }
  // Calls on a descriptor that was not open.
  std::uint64_t bad_handles() const { return bad_handles_; }

  // --- Kernel.

  Error Close(Handle handle) override;
  HandleResult Duplicate(Handle handle) override;
  HandleResult OpenPlaceholder() override { return Open(Call::kOpenPlaceholder); }
  std::size_t DescriptorLimit() override { return limit_; }
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
  HandleResult OpenEpoll() override { return Open(Call::kOpenEpoll); }
  Error EpollAdd(Handle epoll, Handle handle, EpollMask mask, void* tag) override;
  Error EpollModify(Handle epoll, Handle handle, EpollMask mask, void* tag) override;
  Error EpollRemove(Handle epoll, Handle handle) override;
  IoResult EpollWait(Handle epoll, std::span<EpollEvent> into, Duration timeout) override;
  HandleResult OpenTimer() override { return Open(Call::kOpenTimer); }
  Error ArmTimer(Handle timer, Time at) override;
  HandleResult OpenWakeup() override { return Open(Call::kOpenWakeup); }
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
  struct Descriptor {
    bool takes_sends = false;
    std::uint64_t notified = 0;  // an eventfd's counter
    bool edge = false;       // … and it was notified since the last wait; or the timer ran out
    Time rings_at = kNever;  // of a timer
  };
  struct Batch {
    Time due;
    std::vector<Event> events;
  };

  static constexpr std::size_t Index(Call call) { return static_cast<std::size_t>(call); }
  // Counts the call, runs its hook, and says how it fails, if it is to.
  Error Enter(Call call);
  // The same, for a call on a descriptor.
  Error Enter(Call call, Handle handle);
  HandleResult Open(Call call);
  HandleResult OpenLowest();
  // The next answer in the queue of `call` on `handle`, or null.
  std::deque<Scripted>* Script(Call call, Handle handle);
  IoResult Take(Handle handle, std::string_view bytes);
  // When the first timer runs out.
  Time NextRing() const;
  void Sleep(Duration timeout);
  // Sets the edge of each timer that has run out.
  void RingTimers();
  std::size_t Emit(std::vector<Event>& events, std::span<EpollEvent> into);
  Time now() const { return kStart + elapsed_; }

  static constexpr Time kStart{std::chrono::hours(1000)};
  static constexpr Handle kFirstHandle = 3;
  static constexpr std::uint64_t kHangsMax = 1000;

  Duration elapsed_{};
  std::size_t limit_ = 1024;
  std::map<Handle, Descriptor> open_;
  std::map<Handle, Registration> registrations_;
  std::deque<Batch> batches_;
  std::map<std::pair<Call, Handle>, std::deque<Scripted>> scripts_;
  std::map<std::pair<Call, std::uint64_t>, Error> failures_;
  std::array<std::function<void()>, kFakeCallCount> hooks_;
  std::array<std::uint64_t, kFakeCallCount> calls_{};
  std::vector<Wait> waits_;
  std::map<Handle, std::string> sent_;
  std::vector<std::string> log_;
  SignalSet blocked_ = 0;
  std::uint64_t random_ = 1;
  std::uint64_t stale_events_ = 0;
  std::uint64_t hangs_ = 0;
  std::uint64_t closed_registered_ = 0;
  std::uint64_t bad_handles_ = 0;
};

}  // namespace edgewise
