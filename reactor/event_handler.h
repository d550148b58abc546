// EventHandler: what a reactor calls when a descriptor can make progress.
//
// A handler is registered once, edge-triggered, for everything, and never modified afterwards.
// Three facts about it decide when it runs, all kept here:
//
//   ready     what the kernel has reported and no upcall has yet found exhausted (a level)
//   interest  what the handler wants to be called for at present
//   linked    it stands in the reactor's ready queue
//
// and the invariant that a lost edge would break is R3: linked if and only if (ready & interest) is
// not empty. It is restored wherever one of the two changes, so that selecting an interest whose
// bit is cached links the handler at once, without waiting for an edge that has already passed.
//
// Threading: the reactor's thread only. Ownership: the reactor never owns a handler; the owner
// keeps it alive until `Reclaim` was called (or it was never registered).
//
//   class Bell : public EventHandler {
//     Progress HandleInput() override {
//       char bytes[512];
//       for (;;) {
//         const IoResult got = reactor()->kernel().Receive(handle(), bytes);
//         if (got.would_block()) return Progress::kDrained;
//         if (!got.ok() || got.bytes() == 0) return Progress::kFailed;
//       }
//     }
//   };
#pragma once

#include <boost/intrusive/list_hook.hpp>
#include <cstdint>

#include "reactor/close_reason.h"
#include "reactor/kernel/io_result.h"
#include "reactor/progress.h"
#include "reactor/readiness.h"

namespace edgewise {

class Reactor;

class EventHandler {
 public:
  // Where a handler stands with its reactor. Allowed: idle → registered → retired → idle.
  enum class Registration : std::uint8_t { kIdle, kRegistered, kRetired };

  EventHandler() = default;
  EventHandler(const EventHandler&) = delete;
  EventHandler& operator=(const EventHandler&) = delete;
  // REQUIRES: not registered.
  virtual ~EventHandler();

  // Its descriptor since it was registered; kNoHandle before. Not closed by this class.
  Handle handle() const { return handle_; }
  // The reactor it is or was last registered with; null before that.
  Reactor* reactor() const { return reactor_; }
  // Where it stands:
  Registration registration() const { return registration_; }
  bool registered() const { return registration_ == Registration::kRegistered; }
  // The two sets that decide when it is called, as said above:
  Readiness ready() const { return ready_; }
  Readiness interest() const { return interest_; }
  // The number of the round of its last upcall. It tells whether there was one since another look.
  std::uint32_t last_turn() const { return last_round_; }
  // In the ready queue (or waiting to be reclaimed).
  bool linked() const { return (standing_ & kLinked) != 0; }

 protected:
  // The upcalls. Each must be bounded: do at most a budget's worth of work, then answer kPreempted.
  // An exception that leaves an upcall retires this handler alone (CloseCause::kException).

  // There may be something to receive (or to accept, or an error or the end of the stream to find).
  virtual Progress HandleInput() { return Progress::kDone; }
  // There may be room to send.
  virtual Progress HandleOutput() { return Progress::kDone; }
  // An error is pending on the descriptor while neither direction is of interest. kDrained leaves
  // things as they are; kFailed ends the handler.
  virtual Progress HandleBroken() { return Progress::kFailed; }
  // The end, called exactly once for each registration, at the end of the round in which the
  // handler was retired. It is already out of epoll: close the descriptor here.
  virtual void HandleClose(const CloseReason& reason) { static_cast<void>(reason); }
  // The very last call: the reactor has forgotten the handler. The owner may destroy it here.
  virtual void Reclaim() {}

 private:
  friend class Reactor;     // keeps the registration
  friend class ReadyQueue;  // keeps the link

  // A set of bits, so that "polite, and not in the queue", the usual case, is one comparison.
  using Standing = std::uint8_t;
  static constexpr Standing kPolite = 0;
  static constexpr Standing kLinked = 1;      // the hook is in use
  static constexpr Standing kBulk = 2;        // its last upcalls spent their budget: served last
  static constexpr Standing kRunning = 4;     // in its upcall
  static constexpr Standing kUnfinished = 8;  // its last upcall was preempted

  bool bulk() const { return (standing_ & kBulk) != 0; }

  using Hook = boost::intrusive::list_member_hook<
      boost::intrusive::link_mode<boost::intrusive::normal_link>>;

  Hook hook_;
  Reactor* reactor_ = nullptr;
  CloseReason reason_;
  Handle handle_ = kNoHandle;
  std::uint32_t last_round_ = 0;  // of its last dispatch, for R4
  Readiness ready_ = kNothing;
  Readiness interest_ = kNothing;
  Standing standing_ = kPolite;
  Registration registration_ = Registration::kIdle;
};

}  // namespace edgewise
