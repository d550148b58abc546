// Reactor, the half that keeps the three masks of each handler: registered, ready, interest.
#include "reactor/check.h"
#include "reactor/reactor.h"

namespace edgewise {
namespace {

EpollMask MaskOf(Watch watch) {
  switch (watch) {
    case Watch::kStream:
      return kEpollIn | kEpollOut | kEpollPriority | kEpollPeerFinished | kEpollEdge;
    case Watch::kInput:
      return kEpollIn | kEpollEdge;
    case Watch::kSharedInput:
      return kEpollIn | kEpollEdge | kEpollExclusive;
  }
  return 0;
}

}  // namespace

Error Reactor::Register(EventHandler& handler, Handle handle, Watch watch, Readiness interest) {
  EDGEWISE_CHECK(handler.registration_ == EventHandler::Registration::kIdle,
                 "R2: a handler was registered twice");
  const Error error = kernel_.EpollAdd(epoll_, handle, MaskOf(watch), &handler);
  if (error != Error::kNone) {
    ++counters_.registration_failures;
    return error;
  }
  ++counters_.registrations;
  ++registered_;
  handler.reactor_ = this;
  handler.handle_ = handle;
  handler.reason_ = {};
  // One less than this round's number, so that its first turn may come in this very round.
  handler.last_round_ = round() - 1;
  handler.ready_ = kNothing;
  handler.interest_ = interest | kBroken;
  handler.registration_ = EventHandler::Registration::kRegistered;
  handler.standing_ = EventHandler::kPolite;
  return Error::kNone;
}

void Reactor::Retire(EventHandler& handler, const CloseReason& reason) {
  using Registration = EventHandler::Registration;
  if (handler.registration_ == Registration::kRetired) return;
  EDGEWISE_CHECK(handler.registered(), "R2: a handler that was never registered was retired");
  if (handler.linked()) {
    ++counters_.stale_events_dropped;
    ready_.Unlink(handler);
  }
  const Error error = kernel_.EpollRemove(epoll_, handler.handle_);
  EDGEWISE_CHECK(error == Error::kNone,
                 "a descriptor left epoll before its handler was retired: was it closed elsewhere? "
                 "Close it in HandleClose");
  ++counters_.retired;
  handler.reason_ = reason;
  handler.ready_ = kNothing;
  handler.interest_ = kNothing;
  handler.registration_ = Registration::kRetired;
  ReadyQueue::Retire(handler, retired_);
  ++retired_count_;
}

void Reactor::AddInterest(EventHandler& handler, Readiness directions) {
  if (!handler.registered()) return;
  handler.interest_ |= directions;
  Requeue(handler);
}

void Reactor::DropInterest(EventHandler& handler, Readiness directions) {
  if (!handler.registered()) return;
  handler.interest_ &= static_cast<Readiness>(~directions);
  Requeue(handler);
}

void Reactor::ClearReady(EventHandler& handler, Readiness directions) {
  if (!handler.registered()) return;
  handler.ready_ &= static_cast<Readiness>(~directions);
  Requeue(handler);
}

void Reactor::MarkReady(EventHandler& handler, Readiness directions) {
  if (!handler.registered()) return;
  handler.ready_ |= directions;
  Requeue(handler);
}

}  // namespace edgewise
