// SimulatedKernel: a kernel that is deterministic, has virtual time, and fails at will.
//
// The same reactor, the same server and the same service run on it unchanged. It behaves as Linux
// does where Linux can be measured (the same test bodies run on both, test/kernel), and where Linux
// leaves something to chance, the world's chooser decides: see choice.h for the list. What it does
// not model stands in docs/simulation.md.
//
// It watches whoever uses it, too (the oracles): a descriptor that is closed twice or used after it
// was closed, one that is closed while it is still registered, descriptors that are left at the
// end, a thread that spins, a world in which everybody waits for ever. What is found is given to
// World::Violation.
//
// One object is one process of its world. Threading: that of the world. Ownership: its descriptors'
// descriptions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "reactor/kernel/kernel.h"
#include "reactor/kernel/simulated/description.h"
#include "reactor/kernel/simulated/signal_state.h"
#include "reactor/kernel/simulated/socket_description.h"
#include "reactor/kernel/simulated/world.h"

namespace edgewise::sim {

// What befalls a process.
enum class Faults : std::uint8_t { kNone, kAll };
// Whether misuse of descriptors is a violation, or merely answered as Linux answers it.
enum class Misuse : std::uint8_t { kForbidden, kAnswered };

// A value.
struct ProcessOptions {
  // For reports.
  std::string name = "process";
  // Its limit on descriptors, the three standard ones included.
  std::size_t descriptors_max = 1024;
  // Whether faults befall it, and whether its misuse of descriptors is a violation:
  Faults faults = Faults::kNone;
  Misuse misuse = Misuse::kForbidden;
};

class EpollDescription;
class KernelCall;

class SimulatedKernel final : public Kernel {
 public:
  // A new process of `world`, which must outlive it.
  explicit SimulatedKernel(World& world, ProcessOptions options = {});
  // Checks that no descriptor is left.
  ~SimulatedKernel() override;

  // --- What the world outside does to a process.

  // Its limit on descriptors from now on (setrlimit).
  void SetDescriptorLimit(std::size_t limit) { descriptors_max_ = limit; }
  // Whether faults befall it from now on.
  void SetFaults(Faults faults) { faults_ = faults; }
  // kill(2). A violation if nobody blocks it: it would have ended the process.
  void Raise(int signal_number);
  // What MSG_OOB, SCM_RIGHTS and a write to an eventfd do, which a Kernel does not offer:
  IoResult SendUrgent(Handle handle, ConstBuffer bytes);
  IoResult SendWithDescriptor(Handle handle, ConstBuffer bytes);
  Error AddToWakeup(Handle handle, std::uint64_t value);
  // The error of getpeername, which a Kernel does not offer either; kNone: it has a peer.
  Error PeerNameError(Handle handle);

  // --- What can be asked.

  // What the constructor was given.
  World& world() { return world_; }
  // Its number in the world, from 0 on.
  std::uint32_t process() const { return process_; }
  // Descriptors that it has now, without the three standard ones.
  std::size_t open_handles() const { return open_handles_; }
  // The number stands for something.
  bool IsOpen(Handle handle) const { return Find(handle) != nullptr; }
  // What a number stands for; null: it is not open.
  Description* Find(Handle handle) const;
  // Faults that were injected into calls of this process.
  std::uint64_t faults_met() const { return faults_met_; }
  // What was given to Log.
  const std::vector<std::string>& log() const { return log_; }
  // The most waits of a thread between a socket's being reported and a call on it.
  std::uint64_t longest_neglect() const { return longest_neglect_; }
  // ExitNow was called, with this; -1: it was not.
  int exit_code() const { return exit_code_; }
  // A call of this process is under way (for who counts allocations).
  static bool in_call();

  // --- Kernel.

  Error Close(Handle handle) override;
  HandleResult Duplicate(Handle handle) override;
  HandleResult OpenPlaceholder() override;
  std::size_t DescriptorLimit() override { return descriptors_max_; }
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
  void RestoreSignals(SignalSet mask) override { signals_.blocked = mask; }
  HandleResult OpenSignals(SignalSet signals) override;
  SignalResult ReadSignal(Handle signals) override;
  Time MonotonicNow() override;
  WallTime WallNow() override;
  std::uint64_t Random() override;
  void RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) override;
  void Log(std::string_view line) override;
  [[noreturn]] void ExitNow(int code) override;

 private:
  friend class World;       // looks for stalls
  friend class KernelCall;  // begins and ends every call

  // What is known of a number.
  struct Slot {
    Ref<Description> file;
    Time touched{};                 // the last call on it
    std::uint64_t reported_at = 0;  // waits so far when it was last reported; 0: not since touched
  };
  // For the calls: the description, or null with the misuse noted.
  template <typename T>
  T* Use(Handle handle, const char* call, Description::Kind kind, Error& error) {
    Description* file = Touch(handle, call);
    error = file == nullptr        ? Error::kBadHandle
            : file->kind() == kind ? Error::kNone
                                   : Error::kInvalid;
    return error == Error::kNone ? static_cast<T*>(file) : nullptr;
  }
  template <typename Action>
  Error Control(const char* name, Handle epoll, Handle handle, Action action);
  std::size_t Collect(EpollDescription& epoll, std::span<EpollEvent> into);
  HandleResult OpenFile(const char* name, Description::Kind kind, std::string path);
  SocketDescription* UseSocket(Handle handle, const char* call, Error& error);
  Description* Touch(Handle handle, const char* call);
  HandleResult Install(Ref<Description> file);
  HandleResult OpenWith(const char* name, Ref<Description> (*make)(SimulatedKernel&));
  bool IsFull() const { return LowestFree() >= descriptors_max_; }
  std::size_t LowestFree() const;
  void ReleaseSlot(Handle handle);
  void ReleaseAll();
  std::uint32_t Fault(ChoicePoint point, std::uint32_t count);
  Error OpenFault();
  IoResult SendPieces(Handle handle, std::span<const ConstBuffer> pieces, const char* name);
  void Misused(const char* call, Handle handle);
  void Progressed() { idle_calls_ = 0; }
  void LookForStalls(Time now, Duration limit);

  World& world_;
  const ProcessOptions options_;
  std::uint32_t process_;
  Faults faults_;
  std::size_t descriptors_max_;
  std::vector<Slot> slots_;
  std::size_t open_handles_ = 0;
  std::size_t lowest_free_ = 0;  // no number below it is free
  SignalState signals_;
  std::vector<std::string> log_;
  std::uint64_t random_state_;
  std::uint64_t faults_met_ = 0;
  std::uint64_t waits_ = 0;
  std::uint64_t longest_neglect_ = 0;
  std::uint64_t idle_calls_ = 0;
  int exit_code_ = -1;
};

}  // namespace edgewise::sim
