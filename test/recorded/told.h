// Told: a service's handler that tells of each callback, and answers in a way of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "handlers/edgewise.h"

namespace edgewise::recorded_test {

// What a server did: its callbacks in order, over all of its threads, and what it counted.
struct Story {
  std::vector<std::string> callbacks;
  std::vector<std::string> counters;  // by worker

  friend bool operator==(const Story&, const Story&) = default;
};

// Echoes frames; "count" has each worker write down its counters, "quit" ends the server. There is
// no lock: threads that are recorded or replayed take turns.
//
// Threading: as for every FrameHandler. Ownership: borrows both.
class Told final : public FrameHandler {
 public:
  Told(Server* server, Story* story) : server_(*server), story_(*story) {}

  void OnOpen(Connection& peer) override { Tell(peer, "open"); }
  void OnFrame(Connection& peer, std::string_view frame) override {
    Tell(peer,
         "frame of " + std::to_string(frame.size()) + ": " + std::string(frame.substr(0, 20)));
    if (frame == "quit") {
      server_.Stop();
    } else if (frame == "count") {
      Count();
    }
    peer.Send(frame);
  }
  void OnEnd(Connection& peer) override {
    Tell(peer, "end");
    peer.Close();
  }
  void OnDrained(Connection& peer) override { Tell(peer, "drained"); }
  void OnClose(Connection& peer, const CloseReason& reason) override {
    Tell(peer, "close: " + std::string(CloseCauseName(reason.cause)) + " " +
                   std::string(ErrorSymbol(reason.error)));
  }

 private:
  void Tell(Connection& peer, const std::string& what) {
    story_.callbacks.push_back(std::to_string(peer.handle()) + " " + what);
  }
  void Count() {
    story_.counters.resize(server_.threads());
    for (std::size_t i = 0; i < server_.threads(); ++i) {
      static_cast<void>(server_.Post(i, [&story = story_, i](Worker& worker) {
        story.counters[i] = worker.counters().ToString();
      }));
    }
  }

  Server& server_;
  Story& story_;
};

}  // namespace edgewise::recorded_test
