// The fake kernel, the half that waits and wakes: epoll, eventfds, signals, time.
#include <algorithm>

#include "reactor/check.h"
#include "test/support/fake_kernel.h"

namespace edgewise {

// --- Readiness.

Error FakeKernel::EpollAdd(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  Error error = Enter(Call::kEpollAdd, epoll);
  if (error == Error::kNone && !is_open(handle)) error = Error::kBadHandle;
  if (error != Error::kNone) return error;
  if (!registrations_.insert({handle, {mask, tag}}).second) return Error::kExists;
  open_[handle].edge = open_[handle].notified != 0;
  return Error::kNone;
}

Error FakeKernel::EpollModify(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  const Error error = Enter(Call::kEpollModify, epoll);
  if (error != Error::kNone) return error;
  const auto found = registrations_.find(handle);
  if (found == registrations_.end()) return Error::kNotFound;
  found->second = {mask, tag};
  return Error::kNone;
}

Error FakeKernel::EpollRemove(Handle epoll, Handle handle) {
  Error error = Enter(Call::kEpollRemove, epoll);
  if (error == Error::kNone && !is_open(handle)) error = Error::kBadHandle;
  if (error != Error::kNone) return error;
  return registrations_.erase(handle) != 0 ? Error::kNone : Error::kNotFound;
}

// Moves events from the front of `events` into `into`, as the registrations have them.
std::size_t FakeKernel::Emit(std::vector<Event>& events, std::span<EpollEvent> into) {
  std::size_t count = 0;
  std::size_t looked_at = 0;
  while (looked_at < events.size() && count < into.size()) {
    const Event event = events[looked_at++];
    const auto found = registrations_.find(event.handle);
    if (found == registrations_.end()) {
      ++stale_events_;
      continue;
    }
    const EpollMask mask = event.mask & (found->second.mask | kEpollError | kEpollHangup);
    if (mask == 0) continue;  // nobody asked for it
    into[count].mask = mask;
    into[count].tag = found->second.tag;
    ++count;
  }
  events.erase(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(looked_at));
  return count;
}

Time FakeKernel::NextRing() const {
  Time next = kNever;
  for (const auto& [handle, descriptor] : open_) next = std::min(next, descriptor.rings_at);
  return next;
}

void FakeKernel::RingTimers() {
  for (auto& [handle, descriptor] : open_) {
    if (descriptor.rings_at > now()) continue;
    descriptor.rings_at = kNever;
    descriptor.edge = registrations_.count(handle) != 0;
  }
}

// Lets time pass until something comes, or the timeout.
void FakeKernel::Sleep(Duration timeout) {
  Time end = timeout == kForever ? kNever : now() + timeout;
  if (!batches_.empty()) end = std::min(end, batches_.front().due);
  end = std::min(end, NextRing());
  if (end == kNever) {
    EDGEWISE_CHECK(++hangs_ < kHangsMax, "the reactor waits for ever, again and again");
    return;
  }
  elapsed_ = std::max(elapsed_, end - kStart);
  RingTimers();
}

IoResult FakeKernel::EpollWait(Handle epoll, std::span<EpollEvent> into, Duration timeout) {
  const Error error = Enter(Call::kEpollWait, epoll);
  waits_.push_back({.timeout = timeout, .capacity = into.size(), .delivered = 0});
  if (error != Error::kNone) return IoResult::Failure(error);
  RingTimers();
  const bool woken =
      std::any_of(open_.begin(), open_.end(), [](const auto& entry) { return entry.second.edge; });
  if (!woken) Sleep(timeout);
  std::size_t count = 0;
  if (!batches_.empty() && batches_.front().due <= now()) {
    Batch& batch = batches_.front();
    count = Emit(batch.events, into);
    if (batch.events.empty()) batches_.pop_front();
  }
  for (auto& [handle, descriptor] : open_) {
    if (!descriptor.edge || count == into.size()) continue;
    descriptor.edge = false;
    std::vector<Event> wakeup{{handle, kEpollIn}};
    count += Emit(wakeup, into.subspan(count));
  }
  waits_.back().delivered = count;
  return IoResult::Bytes(count);
}

// --- Waking.

Error FakeKernel::ArmTimer(Handle timer, Time at) {
  const Error error = Enter(Call::kArmTimer, timer);
  if (error != Error::kNone) return error;
  open_[timer].edge = false;
  open_[timer].rings_at = at;
  return Error::kNone;
}

Error FakeKernel::Notify(Handle wakeup) {
  const Error error = Enter(Call::kNotify, wakeup);
  if (error != Error::kNone) return error;
  Descriptor& descriptor = open_[wakeup];
  ++descriptor.notified;
  descriptor.edge = registrations_.count(wakeup) != 0;
  return Error::kNone;
}

Error FakeKernel::ClearWakeup(Handle wakeup) {
  const Error error = Enter(Call::kClearWakeup, wakeup);
  if (error != Error::kNone) return error;
  Descriptor& descriptor = open_[wakeup];
  if (descriptor.notified == 0) return Error::kWouldBlock;
  descriptor.notified = 0;
  descriptor.edge = false;
  return Error::kNone;
}

// --- Signals.

SignalSet FakeKernel::BlockSignals(SignalSet signals) {
  static_cast<void>(Enter(Call::kBlockSignals));
  const SignalSet before = blocked_;
  blocked_ |= signals;
  return before;
}

void FakeKernel::RestoreSignals(SignalSet mask) {
  static_cast<void>(Enter(Call::kRestoreSignals));
  blocked_ = mask;
}

HandleResult FakeKernel::OpenSignals(SignalSet) { return Open(Call::kOpenSignals); }

Kernel::SignalResult FakeKernel::ReadSignal(Handle signals) {
  const Error error = Enter(Call::kReadSignal, signals);
  if (error != Error::kNone) return {.error = error};
  auto* const script = Script(Call::kReadSignal, signals);
  if (script == nullptr) return {.error = Error::kWouldBlock};
  const Scripted answer = script->front();
  script->pop_front();
  return {.number = static_cast<int>(answer.number), .error = answer.error};
}

// --- Time, chance, the process.

Time FakeKernel::MonotonicNow() {
  static_cast<void>(Enter(Call::kMonotonicNow));
  return now();
}

WallTime FakeKernel::WallNow() {
  static_cast<void>(Enter(Call::kWallNow));
  constexpr WallTime kWallStart{std::chrono::hours(24 * 365 * 55)};
  return kWallStart + elapsed_;
}

// The same numbers in every run (splitmix64).
std::uint64_t FakeKernel::Random() {
  static_cast<void>(Enter(Call::kRandom));
  std::uint64_t mixed = random_ += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

void FakeKernel::Log(std::string_view line) {
  static_cast<void>(Enter(Call::kLog));
  log_.emplace_back(line);
}

// One after the other: a script has one thread.
void FakeKernel::RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) {
  for (std::size_t i = 0; i < count; ++i) body(i);
}

void FakeKernel::ExitNow(int code) { throw Exited{code}; }

}  // namespace edgewise
