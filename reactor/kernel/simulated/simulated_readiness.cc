// The calls on epoll, timers, wake-ups and signals, and those that ask for time and chance.
#include <algorithm>

#include "reactor/kernel/simulated/epoll_description.h"
#include "reactor/kernel/simulated/kernel_call.h"
#include "reactor/kernel/simulated/signal_description.h"
#include "reactor/kernel/simulated/timer_description.h"
#include "reactor/kernel/simulated/wakeup_description.h"

namespace edgewise::sim {
namespace {

// 2026-01-01 00:00 UTC: the wall clock of every world begins there.
constexpr WallTime kWallBegin{std::chrono::seconds(1'767'225'600)};
constexpr EpollMask kNotOpen = 0x20;  // POLLNVAL
constexpr EpollMask kAlways = kEpollError | kEpollHangup;

// Values of ChoicePoint::kStall from 1 on.
constexpr Duration kStalls[] = {std::chrono::milliseconds(1), std::chrono::milliseconds(100),
                                std::chrono::seconds(5)};
constexpr Error kAddErrors[] = {Error::kNoMemory, Error::kNoSpace};

}  // namespace

HandleResult SimulatedKernel::OpenEpoll() {
  return OpenWith("OpenEpoll", [](SimulatedKernel& kernel) {
    return Ref<Description>(new EpollDescription(kernel.world_.threads()));
  });
}

// The order in which do_epoll_ctl looks at its arguments.
template <typename Action>
Error SimulatedKernel::Control(const char* name, Handle epoll, Handle handle, Action action) {
  KernelCall call(*this, name, handle);
  Description* instance = Touch(epoll, name);
  if (instance == nullptr) return call.Answer(Error::kBadHandle);
  Description* file = Find(handle);
  if (file == nullptr) {
    Misused(name, handle);
    return call.Answer(Error::kBadHandle);
  }
  if (!file->can_be_watched()) return call.Answer(Error::kNotPermitted);
  if (instance == file || instance->kind() != Description::Kind::kEpoll) {
    return call.Answer(Error::kInvalid);
  }
  return call.Answer(action(static_cast<EpollDescription&>(*instance), *file));
}

Error SimulatedKernel::EpollAdd(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  return Control("EpollAdd", epoll, handle, [&](EpollDescription& instance, Description& file) {
    const std::uint32_t fault =
        Fault(ChoicePoint::kEpollAddError, static_cast<std::uint32_t>(std::size(kAddErrors)) + 1);
    return fault != 0 ? kAddErrors[fault - 1] : instance.Add(file, handle, mask, tag);
  });
}

Error SimulatedKernel::EpollModify(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  return Control("EpollModify", epoll, handle, [&](EpollDescription& instance, Description& file) {
    return instance.Modify(file, handle, mask, tag);
  });
}

Error SimulatedKernel::EpollRemove(Handle epoll, Handle handle) {
  return Control("EpollRemove", epoll, handle, [&](EpollDescription& instance, Description& file) {
    return instance.Remove(file, handle);
  });
}

std::size_t SimulatedKernel::Collect(EpollDescription& epoll, std::span<EpollEvent> into) {
  return epoll.Collect(into, world_.chooser(), [this](const EpollItem& item, EpollMask mask) {
    const auto index = static_cast<std::size_t>(item.handle);
    // An eventfd or a timer may wake who never reads it.
    if (!item.file->is_socket()) return;
    if ((mask & (kEpollIn | kAlways)) == 0 || index >= slots_.size()) return;
    Slot& slot = slots_[index];
    if (slot.file.get() == item.file && slot.reported_at == 0) slot.reported_at = waits_;
  });
}

IoResult SimulatedKernel::EpollWait(Handle epoll, std::span<EpollEvent> into, Duration timeout) {
  KernelCall call(*this, "EpollWait", epoll);
  Description* file = Touch(epoll, "EpollWait");
  if (file == nullptr) return call.Answer(IoResult::Failure(Error::kBadHandle));
  if (file->kind() != Description::Kind::kEpoll || into.empty()) {
    return call.Answer(IoResult::Failure(Error::kInvalid));
  }
  ++waits_;
  if (Fault(ChoicePoint::kInterrupted, 2) != 0) {
    return call.Answer(IoResult::Failure(Error::kInterrupted));
  }
  const std::uint32_t stall =
      Fault(ChoicePoint::kStall, static_cast<std::uint32_t>(std::size(kStalls)) + 1);
  const Ref<EpollDescription> instance(static_cast<EpollDescription*>(file));
  Threads& threads = world_.threads();
  Timeline& timeline = world_.timeline();
  if (stall != 0) threads.WaitUntil(timeline.now() + kStalls[stall - 1]);
  threads.MaybeYield();
  const Time begin = timeline.now();
  const Time deadline = timeout > kNever - begin ? kNever : begin + timeout;
  while (true) {
    const std::size_t count = Collect(*instance, into);
    if (count != 0 || timeline.now() >= deadline) {
      return call.Answer(IoResult::Bytes(count));
    }
    Progressed();
    threads.WaitFor(*instance, deadline);
  }
}

EpollMask SimulatedKernel::PollNow(Handle handle, EpollMask interest) {
  KernelCall call(*this, "PollNow", handle);
  // Without touching it: an audit is no service.
  Description* file = Find(handle);
  if (file == nullptr) {
    Misused("PollNow", handle);
    return kNotOpen;
  }
  return file->Poll() & (interest | kAlways);
}

HandleResult SimulatedKernel::OpenTimer() {
  return OpenWith("OpenTimer", [](SimulatedKernel& kernel) {
    return Ref<Description>(new TimerDescription(kernel.world_.timeline()));
  });
}

Error SimulatedKernel::ArmTimer(Handle timer, Time at) {
  KernelCall call(*this, "ArmTimer", timer);
  Error error;
  auto* file = Use<TimerDescription>(timer, "ArmTimer", Description::Kind::kTimer, error);
  if (file != nullptr) file->Arm(at);
  return call.Answer(error);
}

HandleResult SimulatedKernel::OpenWakeup() {
  return OpenWith("OpenWakeup",
                  [](SimulatedKernel&) { return Ref<Description>(new WakeupDescription()); });
}

Error SimulatedKernel::AddToWakeup(Handle handle, std::uint64_t value) {
  Error error;
  auto* file = Use<WakeupDescription>(handle, "Notify", Description::Kind::kWakeup, error);
  return file == nullptr ? error : file->Add(value);
}

Error SimulatedKernel::Notify(Handle wakeup) {
  KernelCall call(*this, "Notify", wakeup);
  const Error error = call.Answer(AddToWakeup(wakeup, 1));
  world_.threads().MaybeYield();
  return error;
}

Error SimulatedKernel::ClearWakeup(Handle wakeup) {
  KernelCall call(*this, "ClearWakeup", wakeup);
  Error error;
  auto* file = Use<WakeupDescription>(wakeup, "ClearWakeup", Description::Kind::kWakeup, error);
  return call.Answer(file == nullptr ? error : file->Clear());
}

SignalSet SimulatedKernel::BlockSignals(SignalSet signals) {
  KernelCall call(*this, "BlockSignals", kNoHandle);
  return std::exchange(signals_.blocked, signals_.blocked | signals);
}

HandleResult SimulatedKernel::OpenSignals(SignalSet signals) {
  KernelCall call(*this, "OpenSignals", kNoHandle);
  if (IsFull()) return call.Answer(HandleResult::Failure(Error::kProcessLimit));
  const Error error = OpenFault();
  if (error != Error::kNone) return call.Answer(HandleResult::Failure(error));
  return call.Answer(Install(Ref<Description>(new SignalDescription(signals_, signals))));
}

Kernel::SignalResult SimulatedKernel::ReadSignal(Handle signals) {
  KernelCall call(*this, "ReadSignal", signals);
  Error error;
  auto* file = Use<SignalDescription>(signals, "ReadSignal", Description::Kind::kSignals, error);
  if (file == nullptr) return {.error = call.Answer(error)};
  const SignalResult result = file->Read();
  static_cast<void>(call.Answer(result.error));
  return result;
}

void SimulatedKernel::Raise(int signal_number) {
  if ((signals_.blocked & SignalBit(signal_number)) == 0) {
    world_.Violation("signal " + std::to_string(signal_number) + " ended process " + options_.name +
                     ", which does not block it");
  }
  signals_.pending |= SignalBit(signal_number);
  for (const Slot& slot : slots_) {
    if (slot.file == nullptr || slot.file->kind() != Description::Kind::kSignals) continue;
    static_cast<SignalDescription&>(*slot.file).Raised();
  }
}

Time SimulatedKernel::MonotonicNow() {
  KernelCall call(*this, "MonotonicNow", kNoHandle);
  return world_.timeline().now();
}

WallTime SimulatedKernel::WallNow() {
  KernelCall call(*this, "WallNow", kNoHandle);
  return kWallBegin + (world_.timeline().now() - Timeline::kBegin);
}

// SplitMix64, from a state that the chooser gave.
std::uint64_t SimulatedKernel::Random() {
  KernelCall call(*this, "Random", kNoHandle);
  std::uint64_t z = (random_state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace edgewise::sim
