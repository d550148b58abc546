// The steps of mailbox.cc and reactor.cc in their order, each by the name of its function.
// mailbox.pml says what all of it is for, and why some steps are one.

// --- Any thread.

// kernel_.Notify(wakeup_)
inline Notify() {
#ifdef WAKEUP_IS_NOT_KEPT
  edge = edge || in_wait  // a signal or a condition variable: lost on who does not wait yet
#elif defined(EVENTFD_FILLS_UP)
  // A pipe that nobody reads, or a counter at its maximum: a write that is refused is no edge.
  atomic { edge = edge || !is_full; is_full = true }
#else
  edge = true
#endif
}

// Makes asleep_ false, and is the one to notify for it.
inline Win() {
  asleep = false;
  is_late = false;
  one_notification_for_a_sleep = !is_paid;
  assert(one_notification_for_a_sleep);
  is_paid = true
}

// A look at asleep_ that finds false, be it only now.
inline FindAwake() {
  atomic { !asleep || is_late -> asleep = false; is_late = false }
}

// Mailbox::Wake
inline Wake() {
  if
  :: FindAwake()  // asleep_.load
  :: asleep ->    // asleep_.load
#if defined(WAKE_STORES)
     atomic { Win() };  // asleep_.store(false)
     Notify()
#elif defined(WAKE_CLEARS_LAST)
     Notify();
     asleep = false
#else
     if
     :: FindAwake()                           // asleep_.exchange: another one was first
     :: atomic { asleep -> Win() }; Notify()  // asleep_.exchange
     fi
#endif
  fi
}

// Threads that do the same need not be told apart: the first acts of all come in a fixed order.
#define MAY_ACT(number, begun) (begun >= (number))
#define COUNT_ACT(number, begun) begun = (begun == (number) -> begun + 1 : begun)

// Mailbox::Post
inline Post() {
#ifdef POST_WAKES_BEFORE_PUSH
  Wake();
#endif
#ifdef POST_LOOKS_BEFORE_PUSH
  was_asleep = asleep;  // which an order weaker than seq_cst would allow, too
#endif
#ifdef POST_COUNTS_AFTER_UNLOCK
  atomic { MAY_ACT(_pid, posters) -> COUNT_ACT(_pid, posters); left--; inbox++ };
  pending++;
#else
  atomic { MAY_ACT(_pid, posters) -> COUNT_ACT(_pid, posters); left--; inbox++; pending++ };
#endif
#if defined(POST_LOOKS_BEFORE_PUSH)
  if
  :: !was_asleep -> skip
  :: was_asleep -> was_asleep = false; Wake()
  fi
#elif !defined(POST_WAKES_BEFORE_PUSH)
  Wake()
#endif
}

// --- The reactor's thread.

// Mailbox::PrepareToSleep
inline StoreAsleep() {
  atomic { asleep = true; is_late = false; is_paid = false; has_ready = false }
}
inline LookAtPending(max_wait) {
  atomic {
    may_block = max_wait && (pending == 0);
    sees_work = (pending != 0);
    // Each Stop adds one, each end of a Run takes one away: one left is that of the last Stop.
    sees_stop = (pending >= INTERRUPTION)
  }
}

// Mailbox::Awake
inline Awake() {
  is_late = asleep
}

// Reactor::Plan
inline Plan(max_wait) {
  if
  :: atomic { has_ready -> skip }  // a handler wants another turn: a wait of no length
  ::                               // none does, or not any more
#if defined(SLEEP_LOOKS_BEFORE_FLAG)
    LookAtPending(max_wait);  // which an order weaker than seq_cst would allow, too
    StoreAsleep()
#elif defined(SLEEP_DOES_NOT_LOOK)
    StoreAsleep();
    atomic { LookAtPending(max_wait); may_block = max_wait && !found_work }
#elif defined(AWAKE_BEFORE_WAIT)
    StoreAsleep();
    LookAtPending(max_wait);
    Awake()
#else
    StoreAsleep();
    LookAtPending(max_wait)
#endif
  fi
}

// kernel_.EpollWait, until something is ready or not at all, as Plan said; and Awake. Some of what
// is ready may be left for the next wait: there may be more than events_max.
inline Wait() {
  if
  :: atomic { edge -> may_block = false; edge = false; has_ready = false; Awake() }
  :: atomic { others > 0 -> may_block = false; others--; has_ready = true; Awake() }
  :: atomic {
       edge && others > 0 -> may_block = false; edge = false; others--; has_ready = true; Awake()
     }
  :: atomic { !may_block && !edge && others == 0 -> has_ready = false; Awake() }
  fi
}

// What Mailbox::has_work may answer.
#define HAS_WORK (pending != 0 || sees_work)
#define HAS_NONE (pending == 0 || !sees_work)

// Mailbox::Take, and the task.
inline TakeOne() {
  atomic {
    if
    :: batch != 0 -> skip
    :: batch == 0 ->
       batch = inbox;
       inbox = 0;
#ifdef SWAP_UNCOUNTS_BATCH
       pending = pending - batch
#endif
    fi;
    batch--;
#ifndef SWAP_UNCOUNTS_BATCH
    no_task_was_taken_uncounted = (pending % INTERRUPTION != 0);
    assert(no_task_was_taken_uncounted);
    pending--;
#endif
    if
    :: has_posted -> skip
    :: !has_posted -> has_posted = true; inbox++; pending++  // its Wake sees its own Awake
    fi;
    sees_work = (pending != 0);
    taken++
  }
}

// Reactor::RunTasks
inline RunTasks() {
  do
  :: taken < TASKS_MAX && inbox + batch != 0 -> TakeOne()
  :: atomic { taken == TASKS_MAX || inbox + batch == 0 -> taken = 0 }; break
  od
}

// Reactor::Round, but for the last look, which is its answer. The look before RunTasks is that of
// Round itself or, if a handler led to FinishRound, that of RunTasks.
inline Round(max_wait) {
  Plan(max_wait);
#ifdef EVENTFD_IS_READ_LATE
  edge = false;  // emptied, so that no wake-up of before ends this wait
#endif
#ifdef WAKEUP_IS_NOT_KEPT
  in_wait = true;
#endif
end_asleep:
  Wait();
#ifdef WAKEUP_IS_NOT_KEPT
  in_wait = false;
#endif
  if
  :: HAS_WORK -> RunTasks()
  :: atomic { HAS_NONE -> skip }
  fi
}

// The end of Reactor::Run. A foreign loop that was stopped calls Run, to be done with the Stop.
inline EndRun() {
  stop = false;
  atomic {
#if !defined(STOP_IS_NOT_COUNTED) && !defined(RUN_KEEPS_INTERRUPTION)
    pending = pending - INTERRUPTION;  // Mailbox::EndInterruption
#endif
    sees_work = (pending != 0);
    sees_stop = false
  }
}
