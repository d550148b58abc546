// Mailbox: how other threads hand work to a reactor.
//
// Sleep and wake. A poster must not pay a system call for each post, and a reactor must not sleep
// on a full mailbox. Two atomics decide, both sequentially consistent:
//
//   reactor, before it blocks:   asleep := true;   look at pending: if not 0, do not block
//   poster, after it pushed:     pending += 1;     look at asleep:  if it was true, make it false
//                                                  and notify
//
// Whichever of the two stores comes first in the single total order, the other side's look sees it:
// either the reactor finds the post, or the poster finds the sleeper. `exchange` lets exactly one
// of many posters pay for the notification, so N posts to a sleeping reactor cost one eventfd
// write, and posts to a busy one none. The wake-up stays in the eventfd if it comes before the
// wait: it is an edge that epoll keeps. A reactor that has not run yet counts as asleep, and one
// that was asked for its PollTimeout does, so that a foreign loop that polls its descriptor is
// woken too. The protocol is checked by a model: test/model/.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "reactor/kernel/kernel.h"

namespace edgewise {

// Whether a task was taken.
enum class [[nodiscard]] PostResult : std::uint8_t{
    kPosted,
    kFull,    // the bound is reached; nothing was taken: try later, or shed
    kClosed,  // the reactor is gone for good
};

// Threading: `Post` and `Wake` from any thread; the rest from the reactor's. Ownership: tasks that
// were taken are run once or destroyed with the mailbox. Every Post must have returned before it is
// destroyed: a Post still wakes the reactor when its task may have run already.
class Mailbox {
 public:
  // What is run, once, in the reactor's thread. It is moved, never copied.
  using Task = absl::AnyInvocable<void()>;

  // `capacity`: tasks that may wait. `wakeup` is an eventfd that stays the caller's.
  Mailbox(Kernel& kernel, Handle wakeup, std::size_t capacity);

  // Takes `task` unless the answer is not kPosted. Never blocks for longer than another post.
  PostResult Post(Task task);
  // From any thread: makes the reactor return from its wait and not begin another, until the
  // reactor's thread calls EndInterruption. REQUIRES: in turns.
  void Interrupt();
  // Ends it. REQUIRES: Interrupt was called.
  void EndInterruption() { pending_.fetch_sub(kInterruption, std::memory_order_relaxed); }
  // From now on Post answers kClosed; what waits is destroyed.
  void Close();

  // Tasks wait, or an interruption.
  bool has_work() const { return pending_.load(std::memory_order_relaxed) != 0; }
  // Declares that the reactor is about to block. False: there is work, do not.
  bool PrepareToSleep() {
    asleep_.store(true, std::memory_order_seq_cst);
    return pending_.load(std::memory_order_seq_cst) == 0;
  }
  // The reactor blocks no longer: posters need not notify it.
  void Awake() { asleep_.store(false, std::memory_order_relaxed); }

  // The next task, or an empty one when there is none. Takes from the shared inbox in batches.
  Task Take();

  // Posts refused so far because the mailbox was full.
  std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  // An interruption counts as this many tasks: more than there can be.
  static constexpr std::size_t kInterruption = std::size_t{1} << 62;

  void Wake();

  Kernel& kernel_;
  const Handle wakeup_;
  const std::size_t capacity_;
  std::atomic<std::size_t> pending_{0};  // in the inbox or taken but not run; and interruptions
  std::atomic<bool> asleep_{true};
  std::atomic<std::uint64_t> refused_{0};

  std::mutex mutex_;
  std::vector<Task> inbox_;  // guarded by mutex_
  bool closed_ = false;      // guarded by mutex_

  std::vector<Task> batch_;  // the reactor's: taken from the inbox, run in order
  std::size_t next_ = 0;     // in batch_
};

}  // namespace edgewise
