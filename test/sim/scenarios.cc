// The list of scenarios.
#include "test/sim/scenarios.h"

#include "test/sim/scenario.h"

namespace edgewise::sim_test {

const std::vector<NamedScenario>& AllScenarios() {
  static const std::vector<NamedScenario> all = {
      {"frames", FrameEcho, {"drained", "closed: reset", "a frame while output waits"}},
      {"lines", LineEcho, {"drained", "closed: reset"}},
      {"bytes", ByteEcho, {"drained", "closed: reset"}},
      {"http",
       Http,
       {"short write inside a header", "all is answered", "a mistake was answered",
        "a client was told to go on", "a task finds nobody", "a task finds its request",
        "a request behind a request", "closed: requests max", "closed: malformed input"}},
      {"http-bodies",
       HttpBodies,
       {"a source waits", "a source fails", "reading was held in a body", "a file has shrunk",
        "all is answered", "closed: answer abandoned"}},
      {"http-drain",
       HttpDrained,
       {"stopped with clients there", "answers were owed at the stop", "some were never answered",
        "the last answer said that it was the last"}},
      {"client",
       Clients,
       {"tried again", "a round took too long", "the faster one won", "another address won",
        "a hang-up before the verdict", "destroyed while it connects"}},
      {"timers",
       Timers,
       {"an armed timer was moved", "a due timer was cancelled", "several in one slice",
        "a timer throws", "two are due at once", "a callback takes five seconds"},
       std::chrono::minutes(1)},
      {"caps", Caps, {"full", "full for an address", "paused: full", "refused: a cap"}},
      {"deadlines",
       Deadlines,
       {"pardoned: the loop was late", "the server stopped for seconds", "closed: idle timeout",
        "closed: frame timeout", "closed: write timeout", "closed: linger timeout"}},
      {"descriptors",
       Descriptors,
       {"at the limit, then on", "shed", "backed off", "an error of a peer"}},
      {"drain",
       Drain,
       {"stopped with a request unanswered", "answered what had arrived",
        "an answer after the stop", "a second signal ended it", "closed: shutdown",
        "closed: shutdown timeout"}},
      {"greedy",
       Greed,
       {"greedy ones are served in turns", "somebody waited for the turns of others"}},
      {"holds",
       Holds,
       {"a frame that waited for the release", "released by a timer", "released by a task",
        "released by another connection", "broken while held", "ended itself", "ended another",
        "a handler throws", "closed: exception"}},
      {"memory",
       Memory,
       {"paused", "refused", "shed", "shed after pauses", "nobody is accepted for want of memory"}},
      {"posting",
       Posting,
       {"a storm", "refused: full", "a task throws", "a task sends", "a task finds nobody"}},
      {"unix",
       Unix,
       {"an urgent byte in the middle of a frame", "a descriptor is passed",
        "answered over a path"}},
  };
  return all;
}

}  // namespace edgewise::sim_test
