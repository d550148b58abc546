// ReadyQueue: who runs next.
//
// Two classes, so that greed costs only the greedy. A handler whose last upcall spent its whole
// budget is *bulk* until it drains with little; all others are *interactive*. Each round serves
// every interactive handler that is ready, then only a small slice of the bulk ones, then polls
// again. So a polite handler waits for at most one slice of bulk upcalls (plus the interactive ones
// of its own batch), and bulk handlers, being a FIFO queue, always progress. As in a scheduler with
// feedback the interactive turns are short and the bulk ones long: a crowd that turns greedy all at
// once costs one short turn each before it stands in the other queue.
//
// One queue in FIFO order is not enough: the edges of a hundred greedy connections arrive in one
// batch, and the polite one would stand behind them all.
#pragma once

#include <boost/intrusive/list.hpp>

#include "reactor/event_handler.h"

namespace edgewise {

// Threading: the reactor's thread. Ownership: none; handlers are linked by a hook of their own.
class ReadyQueue {
 public:
  // A list through the one hook that each handler has. The reactor keeps another of these for the
  // retired: a handler is ready, or retired, or neither.
  using List = boost::intrusive::list<
      EventHandler,
      boost::intrusive::member_hook<EventHandler, EventHandler::Hook, &EventHandler::hook_>,
      boost::intrusive::constant_time_size<false>>;

  // Somebody of that class is in it:
  bool has_interactive() const { return interactive_.begin() != interactive_.end(); }
  bool has_bulk() const { return bulk_.begin() != bulk_.end(); }

  // REQUIRES: not empty, of the class asked:
  EventHandler& FrontInteractive() { return interactive_.front(); }
  EventHandler& FrontBulk() { return bulk_.front(); }

  // Appends to the queue of its class. REQUIRES: not linked.
  void Link(EventHandler& handler) {
    if (!handler.bulk()) return LinkPolite(handler);
    handler.standing_ |= EventHandler::kLinked;
    bulk_.push_back(handler);
  }
  // The same for one that is known not to be bulk.
  void LinkPolite(EventHandler& handler) {
    handler.standing_ = EventHandler::kLinked;
    interactive_.push_back(handler);
  }
  // Takes the front out, to be run. REQUIRES: not empty.
  EventHandler& PopInteractive() {
    EventHandler& handler = interactive_.front();
    handler.standing_ = EventHandler::kRunning;
    interactive_.pop_front();
    return handler;
  }
  // REQUIRES: linked.
  void Unlink(EventHandler& handler) {
    handler.standing_ &= static_cast<std::uint8_t>(~EventHandler::kLinked);
    List::node_algorithms::unlink(List::value_traits::to_node_ptr(handler));
  }

  // The list of those to be reclaimed is not part of the queue, but goes through the same hook.
  static void Retire(EventHandler& handler, List& retired) {
    handler.standing_ |= EventHandler::kLinked;
    retired.push_back(handler);
  }
  // The first of them, which is out of the list now. REQUIRES: not empty.
  static EventHandler& TakeRetired(List& retired) {
    EventHandler& handler = retired.front();
    retired.pop_front();
    handler.standing_ &= static_cast<std::uint8_t>(~EventHandler::kLinked);
    return handler;
  }

 private:
  List interactive_;
  List bulk_;
};

}  // namespace edgewise
