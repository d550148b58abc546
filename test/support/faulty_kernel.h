// FaultyKernel: a real kernel that fails, falls short and stops the clock when a test tells it to.
//
// A decorator: every call is counted and passed on, unless a fault was planned for that use of it.
// A failed call does nothing but to answer its error (a Close does close: a descriptor is gone
// whatever is answered). A limited one is passed on with a smaller buffer. What the real kernel
// would do next, this one sees to: when a planned fault said "would block" or fell short although
// the descriptor is still ready, the descriptor is armed again, so that the edge comes which a
// kernel that says so owes.
//
// Threading: any; one mutex, so a thread sanitizer sees less through it than without it.
// Ownership: borrows `inner`.
//
//   FaultyKernel kernel(LinuxKernel::Instance());
//   kernel.Fail(Call::kAccept, Error::kProcessLimit, {.first = 2, .count = 3});
//   kernel.Limit(Call::kReceive, 1, FaultyKernel::kAlways);
//   kernel.StopClock();
//   kernel.Advance(std::chrono::seconds(75));
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "reactor/kernel/kernel.h"
#include "test/support/fake_call.h"

namespace edgewise {

// Which uses of a call, counted from the time of planning: the next one is 1.
struct FaultUses {
  std::uint64_t first = 1;
  std::uint64_t count = 1;
};

class FaultyKernel final : public Kernel {
 public:
  using Call = FakeCall;

  using Uses = FaultUses;
  static constexpr Uses kAlways{.first = 1, .count = ~std::uint64_t{0} / 2};

  explicit FaultyKernel(Kernel& inner) : inner_(inner) {}

  // --- The plan.

  // These uses of `call` answer `error`. For calls that answer nothing else, kNone is no fault.
  void Fail(Call call, Error error, Uses uses = {});
  // These uses of Receive, Send or SendGathered move at most `bytes`; of EpollWait, report at most
  // so many events.
  void Limit(Call call, std::size_t bytes, Uses uses = {});
  // No faults from now on.
  void Heal();
  // From now on MonotonicNow stands still but for Advance, and timers go by it. Waits still take
  // real time.
  void StopClock();
  void Advance(Duration by);

  // --- What happened.

  std::uint64_t calls(Call call) const;
  std::uint64_t all_calls() const;
  // Uses that met a planned fault.
  std::uint64_t faults() const;
  // Descriptors that were made through this kernel and not closed.
  std::size_t open_handles() const;
  // Descriptors that were closed without being open.
  std::uint64_t strange_closes() const;
  // What was given to Log; it goes nowhere else.
  std::vector<std::string> log() const;

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
  // A limit sends the front of the first piece that is not empty.
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
  static constexpr std::size_t kNoLimit = ~std::size_t{0};
  struct Fault {
    std::uint64_t first;  // by the call's count
    std::uint64_t last;
    Error error;
    std::size_t limit;
  };
  // What is to become of one use.
  struct Verdict {
    Error error = Error::kNone;
    std::size_t limit = kNoLimit;
  };
  // What is known of a descriptor.
  struct Slot {
    bool open = false;
    Handle epoll = kNoHandle;  // where it is registered
    EpollMask mask = 0;
    void* tag = nullptr;
    Time rings_at = kNever;  // of a timer
  };
  static constexpr std::size_t kSlotsAtFirst = 4096;

  static std::size_t Index(Call call) { return static_cast<std::size_t>(call); }
  void Plan(Call call, Uses uses, Error error, std::size_t limit);
  Verdict Judge(Call call);
  // For the many calls that have nothing to limit.
  Error ErrorFor(Call call) { return Judge(call).error; }
  Slot& SlotOf(Handle handle);
  HandleResult Opened(const HandleResult& result);
  Error RingTimer(Handle timer);
  void RingTimers();
  void Note(Handle handle, Handle epoll, EpollMask mask, void* tag);
  // The descriptor is ready still: the kernel owes an edge.
  void ArmAgain(Handle handle);
  IoResult Refused(Handle handle, Error error);

  Kernel& inner_;
  mutable std::mutex mutex_;  // guards all below
  std::array<std::uint64_t, kFakeCallCount> counts_{};
  std::array<std::vector<Fault>, kFakeCallCount> faults_;
  std::uint64_t met_ = 0;
  // By descriptor. Made large at once: what is tested may be short of memory.
  std::vector<Slot> slots_ = std::vector<Slot>(kSlotsAtFirst);
  std::size_t open_handles_ = 0;
  std::uint64_t strange_closes_ = 0;
  std::vector<std::string> log_;
  std::optional<Time> stopped_at_;
};

}  // namespace edgewise
