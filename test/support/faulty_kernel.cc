// Counting, judging, passing on.
#include "test/support/faulty_kernel.h"

#include <algorithm>
#include <new>
#include <numeric>

namespace edgewise {

void FaultyKernel::Plan(Call call, Uses uses, Error error, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t first = counts_[Index(call)] + uses.first;
  faults_[Index(call)].push_back({first, first + uses.count - 1, error, limit});
}

void FaultyKernel::Fail(Call call, Error error, Uses uses) { Plan(call, uses, error, kNoLimit); }

void FaultyKernel::Limit(Call call, std::size_t bytes, Uses uses) {
  Plan(call, uses, Error::kNone, bytes);
}

void FaultyKernel::Heal() {
  const std::lock_guard lock(mutex_);
  for (std::vector<Fault>& faults : faults_) faults.clear();
}

void FaultyKernel::StopClock() {
  const Time now = inner_.MonotonicNow();
  const std::lock_guard lock(mutex_);
  stopped_at_ = now;
  RingTimers();
}

void FaultyKernel::Advance(Duration by) {
  const std::lock_guard lock(mutex_);
  *stopped_at_ += by;
  RingTimers();
}

std::uint64_t FaultyKernel::calls(Call call) const {
  const std::lock_guard lock(mutex_);
  return counts_[Index(call)];
}

std::uint64_t FaultyKernel::all_calls() const {
  const std::lock_guard lock(mutex_);
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::uint64_t FaultyKernel::faults() const {
  const std::lock_guard lock(mutex_);
  return met_;
}

std::size_t FaultyKernel::open_handles() const {
  const std::lock_guard lock(mutex_);
  return open_handles_;
}

std::uint64_t FaultyKernel::strange_closes() const {
  const std::lock_guard lock(mutex_);
  return strange_closes_;
}

std::vector<std::string> FaultyKernel::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

FaultyKernel::Verdict FaultyKernel::Judge(Call call) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t use = ++counts_[Index(call)];
  for (const Fault& fault : faults_[Index(call)]) {
    if (use < fault.first || use > fault.last) continue;
    ++met_;
    return {fault.error, fault.limit};
  }
  return {};
}

FaultyKernel::Slot& FaultyKernel::SlotOf(Handle handle) {
  const auto index = static_cast<std::size_t>(handle);
  if (index >= slots_.size()) slots_.resize(index + 1);
  return slots_[index];
}

HandleResult FaultyKernel::Opened(const HandleResult& result) {
  if (!result.ok()) return result;
  const std::lock_guard lock(mutex_);
  SlotOf(result.handle()) = {.open = true};
  ++open_handles_;
  return result;
}

void FaultyKernel::ArmAgain(Handle handle) {
  const std::lock_guard lock(mutex_);
  const Slot& slot = SlotOf(handle);
  if (slot.epoll == kNoHandle) return;
  static_cast<void>(inner_.EpollModify(slot.epoll, handle, slot.mask, slot.tag));
}

IoResult FaultyKernel::Refused(Handle handle, Error error) {
  if (error == Error::kWouldBlock) ArmAgain(handle);
  return IoResult::Failure(error);
}

Error FaultyKernel::Close(Handle handle) {
  const Error planned = ErrorFor(Call::kClose);
  {
    const std::lock_guard lock(mutex_);
    Slot& slot = SlotOf(handle);
    if (slot.open) {
      --open_handles_;
    } else {
      ++strange_closes_;
    }
    slot = {};
  }
  const Error error = inner_.Close(handle);
  return planned != Error::kNone ? planned : error;
}

HandleResult FaultyKernel::Duplicate(Handle handle) {
  const Error error = ErrorFor(Call::kDuplicate);
  return error != Error::kNone ? HandleResult::Failure(error) : Opened(inner_.Duplicate(handle));
}

HandleResult FaultyKernel::OpenPlaceholder() {
  const Error error = ErrorFor(Call::kOpenPlaceholder);
  return error != Error::kNone ? HandleResult::Failure(error) : Opened(inner_.OpenPlaceholder());
}

HandleResult FaultyKernel::OpenSocket(AddressFamily family) {
  const Error error = ErrorFor(Call::kOpenSocket);
  return error != Error::kNone ? HandleResult::Failure(error) : Opened(inner_.OpenSocket(family));
}

HandleResult FaultyKernel::OpenEpoll() {
  const Error error = ErrorFor(Call::kOpenEpoll);
  return error != Error::kNone ? HandleResult::Failure(error) : Opened(inner_.OpenEpoll());
}

HandleResult FaultyKernel::OpenTimer() {
  const Error error = ErrorFor(Call::kOpenTimer);
  return error != Error::kNone ? HandleResult::Failure(error) : Opened(inner_.OpenTimer());
}

Error FaultyKernel::ArmTimer(Handle timer, Time at) {
  const Error error = ErrorFor(Call::kArmTimer);
  if (error != Error::kNone) return error;
  const std::lock_guard lock(mutex_);
  SlotOf(timer).rings_at = at;
  return RingTimer(timer);
}

// The stopped clock is the one that timers go by.
Error FaultyKernel::RingTimer(Handle timer) {
  const Time at = SlotOf(timer).rings_at;
  if (!stopped_at_) return inner_.ArmTimer(timer, at);
  const bool is_due = at <= *stopped_at_;
  const Error error = inner_.ArmTimer(timer, is_due ? Time() : kNever);
  // It rings within microseconds, but for a stopped clock even those are too late.
  while (is_due && error == Error::kNone && inner_.PollNow(timer, kEpollIn) == 0) {
  }
  return error;
}

void FaultyKernel::RingTimers() {
  for (std::size_t handle = 0; handle < slots_.size(); ++handle) {
    if (slots_[handle].rings_at == kNever) continue;
    static_cast<void>(RingTimer(static_cast<Handle>(handle)));
    if (slots_[handle].rings_at <= *stopped_at_) slots_[handle].rings_at = kNever;
  }
}

HandleResult FaultyKernel::OpenWakeup() {
  const Error error = ErrorFor(Call::kOpenWakeup);
  return error != Error::kNone ? HandleResult::Failure(error) : Opened(inner_.OpenWakeup());
}

HandleResult FaultyKernel::OpenSignals(SignalSet signals) {
  const Error error = ErrorFor(Call::kOpenSignals);
  return error != Error::kNone ? HandleResult::Failure(error) : Opened(inner_.OpenSignals(signals));
}

AcceptResult FaultyKernel::Accept(Handle listener) {
  const Error error = ErrorFor(Call::kAccept);
  if (error != Error::kNone) {
    static_cast<void>(Refused(listener, error));
    return {.error = error};
  }
  AcceptResult accepted = inner_.Accept(listener);
  if (accepted.error == Error::kNone) {
    static_cast<void>(Opened(HandleResult::Of(accepted.handle)));
  }
  return accepted;
}

IoResult FaultyKernel::Receive(Handle handle, std::span<char> into) {
  const Verdict verdict = Judge(Call::kReceive);
  if (verdict.error != Error::kNone) return Refused(handle, verdict.error);
  const IoResult result = inner_.Receive(handle, into.first(std::min(into.size(), verdict.limit)));
  if (verdict.limit < into.size()) ArmAgain(handle);
  return result;
}

IoResult FaultyKernel::Send(Handle handle, ConstBuffer bytes) {
  const Verdict verdict = Judge(Call::kSend);
  if (verdict.error != Error::kNone) return Refused(handle, verdict.error);
  const IoResult result = inner_.Send(handle, bytes.first(std::min(bytes.size(), verdict.limit)));
  if (verdict.limit < bytes.size()) ArmAgain(handle);
  return result;
}

IoResult FaultyKernel::SendGathered(Handle handle, std::span<const ConstBuffer> pieces) {
  const Verdict verdict = Judge(Call::kSendGathered);
  if (verdict.error != Error::kNone) return Refused(handle, verdict.error);
  if (verdict.limit == kNoLimit) return inner_.SendGathered(handle, pieces);
  const auto piece = std::find_if(pieces.begin(), pieces.end(),
                                  [](const ConstBuffer& one) { return !one.empty(); });
  if (piece == pieces.end()) return inner_.SendGathered(handle, pieces);
  const IoResult result = inner_.Send(handle, piece->first(std::min(piece->size(), verdict.limit)));
  ArmAgain(handle);
  return result;
}

void FaultyKernel::Note(Handle handle, Handle epoll, EpollMask mask, void* tag) {
  const std::lock_guard lock(mutex_);
  Slot& slot = SlotOf(handle);
  slot.epoll = epoll;
  slot.mask = mask;
  slot.tag = tag;
}

Error FaultyKernel::EpollAdd(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  Error error = ErrorFor(Call::kEpollAdd);
  if (error == Error::kNone) error = inner_.EpollAdd(epoll, handle, mask, tag);
  if (error == Error::kNone) Note(handle, epoll, mask, tag);
  return error;
}

Error FaultyKernel::EpollModify(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  Error error = ErrorFor(Call::kEpollModify);
  if (error == Error::kNone) error = inner_.EpollModify(epoll, handle, mask, tag);
  if (error == Error::kNone) Note(handle, epoll, mask, tag);
  return error;
}

Error FaultyKernel::EpollRemove(Handle epoll, Handle handle) {
  const Error error = ErrorFor(Call::kEpollRemove);
  if (error != Error::kNone) return error;
  const std::lock_guard lock(mutex_);
  SlotOf(handle).epoll = kNoHandle;
  return inner_.EpollRemove(epoll, handle);
}

IoResult FaultyKernel::EpollWait(Handle epoll, std::span<EpollEvent> into, Duration timeout) {
  const Verdict verdict = Judge(Call::kEpollWait);
  if (verdict.error != Error::kNone) return IoResult::Failure(verdict.error);
  return inner_.EpollWait(epoll, into.first(std::min(into.size(), verdict.limit)), timeout);
}

Time FaultyKernel::MonotonicNow() {
  static_cast<void>(Judge(Call::kMonotonicNow));
  const Time now = inner_.MonotonicNow();
  const std::lock_guard lock(mutex_);
  return stopped_at_.value_or(now);
}

void FaultyKernel::Log(std::string_view line) {
  static_cast<void>(Judge(Call::kLog));
  const std::lock_guard lock(mutex_);
  try {
    log_.emplace_back(line);
  } catch (const std::bad_alloc&) {
    // A test that takes all memory away gets no line; the real kernel's Log does not throw either.
  }
}

}  // namespace edgewise
