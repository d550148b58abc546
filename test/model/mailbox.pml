// The sleep and wake protocol of reactor/mailbox.cc and reactor/reactor.cc, for spin, which goes
// through every interleaving of it. check_model.py runs it; decision 0004 has the results.
//
// Who takes part: POSTERS threads that each post POSTS tasks; STOPPERS threads that each call Stop;
// OTHERS other events that end a wait (a socket, the timer descriptor, a signal), or none of them;
// and the reactor's thread, which calls Run again whenever it has returned. The first task posts
// one more. With FOREIGN_LOOP somebody else's loop polls the reactor's descriptor instead, and
// calls RunOnce(0).
//
// What is asked of it, by the names that spin prints:
//   every_task_was_run            when nothing can happen any more, no task waits: nobody sleeps on
//                                 a full mailbox
//   every_stop_ended_a_run        ... and no Stop, and no interruption is left over
//   one_notification_for_a_sleep  of all the posts to one sleep, one pays for the eventfd
//   no_task_was_taken_uncounted   pending_ is never less than what waits, so it cannot wrap
//   comes_to_rest                 (LIVENESS, each thread being run now and then) again and again
//                                 the reactor is about to block and owes nothing: what was posted
//                                 is run some time, a Stop ends a Run, and an idle reactor rests
//
// Memory. Accesses that are sequentially consistent are single steps. Two are relaxed, and are as
// late here as C++ lets them be:
//   - The store of Awake is seen by others at any time from then on, at the latest with the next
//     store to asleep_ by the same thread. By all at once: their looks are sequentially consistent
//     and stand in one order. Not before the wait has ended: the system call is a barrier to the
//     compiler, and whether the store is reached depends on its return.
//   - The look of has_work may miss what others have added since this thread last looked at
//     pending_ or changed it. Then it has learnt nothing of stop_ either: stopping() may miss a
//     Stop until PrepareToSleep has seen the interruption.
// Neither matters: the look in PrepareToSleep makes good for both. That is a result of this model,
// not a premise. The other relaxed accesses need no place in it: a fetch_sub works on the newest
// value, and a late stop_.store(false) is the same as a Stop that came earlier.
//
// What nobody can see the middle of is one step: what is done under the mutex, and what the reactor
// does to pending_ between two looks of its own, as nobody else looks at it. (The bound does: it is
// left out, since a post that is refused changes nothing. So are Close, when nobody else is there,
// and the spin, which is a wait that ends early.)
//
// Each #ifdef with a long name is a mistake that a reactor may make; check_model.py says what it
// has to break. Options have a statement after their guard, be it skip: only of those does spin say
// whether they are reached.

#define TASKS_MAX 2     // ReactorOptions::tasks_max: so that a batch may be left over
#define INTERRUPTION 8  // Mailbox::kInterruption: more than there can be tasks

// Mailbox and Reactor.
short pending = 0;      // pending_
bool asleep = true;     // asleep_
bool is_late = false;   // ... but Awake has stored false, which nobody has seen yet
bool stop = false;      // stop_
byte inbox = 0;         // how many tasks are in inbox_
byte batch = 0;         // how many are in batch_, from next_ on

// The kernel. Nobody reads the eventfd: each write is an edge, which epoll keeps until a wait.
bool edge = false;
byte others = 0;        // how many other events are to come

// What only the model knows.
bool may_block = false;  // what Plan answered is not zero
bool is_paid = false;    // somebody has won the right to notify for this sleep
byte posters = 0;        // how many have begun
byte stoppers = 0;
hidden byte every_task_was_run;
hidden byte every_stop_ended_a_run;
hidden byte one_notification_for_a_sleep;
hidden byte no_task_was_taken_uncounted;

#ifdef WAKEUP_IS_NOT_KEPT
bool in_wait = false;
#endif
#ifdef EVENTFD_FILLS_UP
bool is_full = false;
#endif

#include "mailbox_steps.pml"

active [POSTERS] proctype Poster() {
  byte left = POSTS;
#ifdef POST_LOOKS_BEFORE_PUSH
  bool was_asleep = false;
#endif
  do
  :: left == 0 -> break
  :: left > 0 -> Post()
  od
}

// Reactor::Stop
active [STOPPERS] proctype Stopper() {
  if
  :: atomic {  // stop_.exchange: it is stopping already
       MAY_ACT(_pid - POSTERS, stoppers) && stop -> COUNT_ACT(_pid - POSTERS, stoppers)
     }
  :: atomic {  // stop_.exchange
       MAY_ACT(_pid - POSTERS, stoppers) && !stop -> COUNT_ACT(_pid - POSTERS, stoppers);
       stop = true
     };
#ifndef STOP_IS_NOT_COUNTED
     pending = pending + INTERRUPTION;  // Mailbox::Interrupt
#endif
     Wake()
  fi
}

active proctype Reactor() {
  bool sees_work = false;  // pending_ was not 0 when this thread last looked or changed it
  bool sees_stop = false;  // stopping() cannot miss it
  bool has_ready = false;
  bool has_posted = false;
  byte taken = 0;
#ifdef SLEEP_DOES_NOT_LOOK
  bool found_work = false;
#endif
  if
  :: others = OTHERS
  :: others = 0
  fi;
  do
  :: stop -> EndRun()
  :: !stop || !sees_stop ->
#ifdef FOREIGN_LOOP
#ifdef POLL_TIMEOUT_IS_NOT_ASKED
     may_block = true;  // it was asked once, and the answer kept
#else
     Plan(true);  // PollTimeout
#endif
end_in_poll:
     atomic { edge || others > 0 || !may_block -> may_block = false };  // leaves all in epoll
     Round(false)  // RunOnce(0)
#else
     do
     :: Round(true);
#ifdef SLEEP_DOES_NOT_LOOK
        found_work = (pending != 0);
#endif
        if
        :: atomic { HAS_WORK -> skip }; break
        :: atomic { HAS_NONE -> skip }
        fi
     od
#endif
  od
}

#ifdef LIVENESS
ltl comes_to_rest {
  [] <> (may_block && !edge && inbox + batch == 0 && !stop)
}
#else
// When nothing can happen any more.
active proctype Quiet() {
  timeout;
  every_task_was_run = (inbox + batch == 0);
  assert(every_task_was_run);
  every_stop_ended_a_run = (!stop && pending == 0);
  assert(every_stop_ended_a_run)
}
#endif
