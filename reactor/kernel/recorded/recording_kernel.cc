// RecordingKernel, the calls that need more than to be passed on and noted: waiting, threads, tags.
#include "reactor/kernel/recorded/recording_kernel.h"

#include <cstdlib>

#include "reactor/kernel/recorded/content_hash.h"
#include "reactor/kernel/recorded/recorded_event.h"

namespace edgewise {

RecordingKernel::RecordingKernel(Kernel& inner, RecordingSink& sink, std::string_view note)
    : inner_(inner), sink_(sink), writer_(sink, note) {}

RecordingKernel::~RecordingKernel() { writer_.End(); }

void RecordingKernel::NoteForeign() {
  foreign_noted_ = foreign_calls();
  writer_.Write<CallKind::kForeign>({}, foreign_noted_);
}

void RecordingKernel::TakeTurn() {
  baton_.Take();
  writer_.SetThread(ThreadPlace::Index());
}

void RecordingKernel::RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) {
  Note<CallKind::kRunThreads>({}, count);
  in_turns_ = count > 1;
  running_.store(true, std::memory_order_relaxed);
  inner_.RunThreads(
      count, [this, body](std::size_t index) { RunBody(static_cast<std::uint32_t>(index), body); });
  running_.store(false, std::memory_order_relaxed);
  in_turns_ = false;
  writer_.SetThread(0);
}

void RecordingKernel::RunBody(std::uint32_t index, absl::FunctionRef<void(std::size_t)> body) {
  const ThreadPlace place(this, index);
  if (in_turns_) TakeTurn();
  Note<CallKind::kThreadBegin>({}, index);
  body(index);
  Note<CallKind::kThreadEnd>({}, index);
  if (in_turns_) baton_.Give();
}

template <CallKind kKind, typename Call>
Error RecordingKernel::Register(Handle epoll, Handle handle, EpollMask mask, void* tag, Call call) {
  Registrations::Stand* const known = registrations_.Find(epoll, handle);
  const bool is_new = kKind == CallKind::kEpollAdd || known == nullptr;
  Registrations::Stand& stand = is_new ? registrations_.Make(tag) : *known;
  const Error error = call(&stand);
  if (error != Error::kNone) {
    if (is_new) registrations_.GiveUp(stand);
    Note<kKind>({}, epoll, handle, mask, error, RecordedNumber::kNone);
    return error;
  }
  stand.tag = tag;
  if (is_new) registrations_.Keep(stand, epoll, handle);
  Note<kKind>({}, epoll, handle, mask, error, stand.number);
  return error;
}

Error RecordingKernel::EpollAdd(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  if (PassesBy()) return inner_.EpollAdd(epoll, handle, mask, tag);
  return Register<CallKind::kEpollAdd>(epoll, handle, mask, tag, [&](void* stand) {
    return inner_.EpollAdd(epoll, handle, mask, stand);
  });
}

Error RecordingKernel::EpollModify(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  if (PassesBy()) return inner_.EpollModify(epoll, handle, mask, tag);
  return Register<CallKind::kEpollModify>(epoll, handle, mask, tag, [&](void* stand) {
    return inner_.EpollModify(epoll, handle, mask, stand);
  });
}

Error RecordingKernel::EpollRemove(Handle epoll, Handle handle) {
  const Error error = inner_.EpollRemove(epoll, handle);
  if (error == Error::kNone && !IsForeign()) registrations_.Remove(epoll, handle);
  Note<CallKind::kEpollRemove>({}, epoll, handle, error);
  return error;
}

std::string_view RecordingKernel::TakeEvents(std::span<EpollEvent> events) {
  const std::size_t most = events.size() * RecordedEvent::kBytesMax;
  if (event_bytes_.size() < most) event_bytes_.resize(most);
  char* at = event_bytes_.data();
  for (EpollEvent& event : events) {
    const auto& stand = *static_cast<const Registrations::Stand*>(event.tag);
    at = RecordedEvent{.mask = event.mask, .registration = stand.number}.Put(at);
    event.tag = stand.tag;
  }
  return {event_bytes_.data(), static_cast<std::size_t>(at - event_bytes_.data())};
}

IoResult RecordingKernel::EpollWait(Handle epoll, std::span<EpollEvent> into, Duration timeout) {
  if (PassesBy()) return inner_.EpollWait(epoll, into, timeout);
  waiter_.store(ThreadPlace::Mark(), std::memory_order_relaxed);
  if (in_turns_) baton_.Give();
  const IoResult waited = inner_.EpollWait(epoll, into, timeout);
  if (in_turns_) TakeTurn();
  const std::string_view events = TakeEvents(into.first(waited.ok() ? waited.bytes() : 0));
  Note<CallKind::kEpollWait>(events, epoll, into.size(), timeout, waited);
  return waited;
}

// The one call that comes from any thread at any time: a post. A foreign one is counted before it
// can be seen by whom it wakes.
Error RecordingKernel::Notify(Handle wakeup) {
  const void* const waiter = waiter_.load(std::memory_order_relaxed);
  const bool is_ours = running_.load(std::memory_order_relaxed)
                           ? ThreadPlace::IsOf(this)
                           : waiter == nullptr || waiter == ThreadPlace::Mark();
  if (!is_ours) {
    foreign_.fetch_add(1, std::memory_order_relaxed);
    return inner_.Notify(wakeup);
  }
  const Error error = inner_.Notify(wakeup);
  Note<CallKind::kNotify>({}, wakeup, error);
  return error;
}

IoResult RecordingKernel::SendGathered(Handle handle, std::span<const ConstBuffer> pieces) {
  const IoResult sent = inner_.SendGathered(handle, pieces);
  std::uint64_t hash = 0;
  std::size_t bytes = 0;
  for (const ConstBuffer& piece : pieces) {
    hash = ContentHash({piece.data(), piece.size()}, hash);
    bytes += piece.size();
  }
  Note<CallKind::kSendGathered>({}, handle, pieces.size(), bytes, hash, sent);
  return sent;
}

void RecordingKernel::ExitNow(int code) {
  Note<CallKind::kExitNow>({}, code);
  if (!IsForeign()) writer_.End();
  inner_.ExitNow(code);
  std::abort();  // g++ does not believe that a virtual call never returns
}

}  // namespace edgewise
