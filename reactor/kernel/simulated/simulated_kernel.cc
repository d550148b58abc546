// A process: its descriptors, its faults, its end.
#include "reactor/kernel/simulated/simulated_kernel.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "reactor/kernel/simulated/epoll_description.h"
#include "reactor/kernel/simulated/file_description.h"
#include "reactor/kernel/simulated/kernel_call.h"

namespace edgewise::sim {
namespace {

constexpr int kStandard = 3;
constexpr std::uint32_t kRandomSeeds = 1u << 30;
constexpr Error kOpenErrors[] = {Error::kProcessLimit, Error::kSystemLimit, Error::kNoMemory};

}  // namespace

SimulatedKernel::SimulatedKernel(World& world, ProcessOptions options)
    : world_(world),
      options_(std::move(options)),
      process_(world.Join(*this)),
      faults_(options_.faults),
      descriptors_max_(options_.descriptors_max),
      random_state_(world.chooser().Choose(ChoicePoint::kRandom, kRandomSeeds)) {
  // Standard input, output and error, which every process begins with and nobody closes.
  for (int i = 0; i < kStandard; ++i) {
    static_cast<void>(Install(
        Ref<Description>(new FileDescription(Description::Kind::kPlaceholder, "/dev/null"))));
  }
  open_handles_ = 0;
}

SimulatedKernel::~SimulatedKernel() {
  if (open_handles_ != 0 && exit_code_ < 0 && options_.misuse == Misuse::kForbidden) {
    std::string which;
    for (std::size_t i = kStandard; i < slots_.size(); ++i) {
      if (slots_[i].file != nullptr) which += " " + std::to_string(i);
    }
    world_.Violation("process " + options_.name + " ends with descriptors open:" + which);
  }
  ReleaseAll();
  world_.Leave(*this);
}

bool SimulatedKernel::in_call() { return Threads::KernelDepth() != 0; }

Description* SimulatedKernel::Find(Handle handle) const {
  const auto index = static_cast<std::size_t>(handle);
  return handle >= 0 && index < slots_.size() ? slots_[index].file.get() : nullptr;
}

void SimulatedKernel::Misused(const char* call, Handle handle) {
  if (options_.misuse == Misuse::kAnswered) return;
  world_.Violation("process " + options_.name + " called " + call + " on descriptor " +
                   std::to_string(handle) + ", which is not open");
}

Description* SimulatedKernel::Touch(Handle handle, const char* call) {
  Description* file = Find(handle);
  if (file == nullptr) {
    Misused(call, handle);
    return nullptr;
  }
  Slot& slot = slots_[static_cast<std::size_t>(handle)];
  slot.touched = world_.timeline().now();
  if (slot.reported_at != 0) {
    longest_neglect_ = std::max(longest_neglect_, waits_ - slot.reported_at);
    slot.reported_at = 0;
  }
  return file;
}

std::uint32_t SimulatedKernel::Fault(ChoicePoint point, std::uint32_t count) {
  if (faults_ == Faults::kNone) return 0;
  const std::uint32_t chosen = world_.chooser().Choose(point, count);
  if (chosen != 0) ++faults_met_;
  return chosen;
}

Error SimulatedKernel::OpenFault() {
  const std::uint32_t chosen =
      Fault(ChoicePoint::kOpenError, static_cast<std::uint32_t>(std::size(kOpenErrors)) + 1);
  return chosen == 0 ? Error::kNone : kOpenErrors[chosen - 1];
}

std::size_t SimulatedKernel::LowestFree() const {
  std::size_t number = lowest_free_;
  while (number < slots_.size() && slots_[number].file != nullptr) ++number;
  return number;
}

// The lowest number that is free, as POSIX has it: a closed one is the next to be given away.
HandleResult SimulatedKernel::Install(Ref<Description> file) {
  const std::size_t number = LowestFree();
  if (number >= descriptors_max_) return HandleResult::Failure(Error::kProcessLimit);
  if (number == slots_.size()) slots_.emplace_back();
  lowest_free_ = number + 1;
  const auto handle = static_cast<Handle>(number);
  file->AddDescriptor();
  file->number = handle;
  file->process = process_;
  slots_[number] = {.file = std::move(file), .touched = world_.timeline().now()};
  ++open_handles_;
  Progressed();
  return HandleResult::Of(handle);
}

HandleResult SimulatedKernel::OpenWith(const char* name,
                                       Ref<Description> (*make)(SimulatedKernel&)) {
  KernelCall call(*this, name, kNoHandle);
  if (IsFull()) return call.Answer(HandleResult::Failure(Error::kProcessLimit));
  const Error error = OpenFault();
  if (error != Error::kNone) return call.Answer(HandleResult::Failure(error));
  return call.Answer(Install(make(*this)));
}

void SimulatedKernel::ReleaseSlot(Handle handle) {
  const auto index = static_cast<std::size_t>(handle);
  const Ref<Description> file = std::move(slots_[index].file);
  slots_[index] = {};
  lowest_free_ = std::min(lowest_free_, index);
  --open_handles_;
  if (!file->DropDescriptor()) return;
  EpollDescription::ForgetFile(*file);
  file->Released();
}

void SimulatedKernel::ReleaseAll() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].file != nullptr) ReleaseSlot(static_cast<Handle>(i));
  }
}

Error SimulatedKernel::Close(Handle handle) {
  KernelCall call(*this, "Close", handle);
  Description* file = Touch(handle, "Close");
  if (file == nullptr) return call.Answer(Error::kBadHandle);
  if (options_.misuse == Misuse::kForbidden && EpollDescription::Outlives(*file, handle)) {
    world_.Violation("process " + options_.name + " closed descriptor " + std::to_string(handle) +
                     " while it was registered with epoll and a duplicate keeps it alive: events "
                     "would go on, for a number that may be somebody else's");
  }
  ReleaseSlot(handle);
  Progressed();
  // The descriptor is gone whatever is answered.
  const bool interrupted = Fault(ChoicePoint::kInterrupted, 2) != 0;
  return call.Answer(interrupted ? Error::kInterrupted : Error::kNone);
}

HandleResult SimulatedKernel::Duplicate(Handle handle) {
  KernelCall call(*this, "Duplicate", handle);
  Description* file = Touch(handle, "Duplicate");
  if (file == nullptr) return call.Answer(HandleResult::Failure(Error::kBadHandle));
  const Error error = OpenFault();
  if (error != Error::kNone) return call.Answer(HandleResult::Failure(error));
  return call.Answer(Install(Ref<Description>(file)));
}

HandleResult SimulatedKernel::OpenPlaceholder() {
  return OpenWith("OpenPlaceholder", [](SimulatedKernel&) {
    return Ref<Description>(new FileDescription(Description::Kind::kPlaceholder, "/dev/null"));
  });
}

void SimulatedKernel::LookForStalls(Time now, Duration limit) {
  for (const Slot& slot : slots_) {
    if (slot.file == nullptr || slot.file->kind() != Description::Kind::kEpoll) continue;
    static_cast<EpollDescription&>(*slot.file).ForEachItem([&](EpollItem& item) {
      if (item.linked || !item.file->is_socket() || (item.mask & kEpollEdge) == 0) return;
      if (static_cast<SocketDescription*>(item.file)->listening()) return;
      if ((item.file->Poll() & item.mask & kEpollIn) == 0) return;
      const Slot& of_item = slots_[static_cast<std::size_t>(item.handle)];
      if (of_item.file.get() != item.file || now - of_item.touched < limit) return;
      world_.Violation("process " + options_.name + " sleeps although descriptor " +
                       std::to_string(item.handle) + " has had input for " +
                       std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(
                                          now - of_item.touched)
                                          .count()) +
                       " ms: an edge was lost");
    });
  }
}

void SimulatedKernel::RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) {
  world_.threads().RunTogether(process_, count, body);
}

void SimulatedKernel::Log(std::string_view line) {
  KernelCall call(*this, "Log", kNoHandle);
  log_.emplace_back(line);
}

// The process's descriptors are closed and its threads never run again; what stands on their stacks
// is not destroyed.
void SimulatedKernel::ExitNow(int code) {
  exit_code_ = code;
  ReleaseAll();
  world_.threads().End(process_);
  world_.Violation("process " + options_.name + " called ExitNow(" + std::to_string(code) +
                   ") in the thread that made the world, which cannot end");
}

}  // namespace edgewise::sim
