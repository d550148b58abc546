// What the reactor costs by itself: rounds over handlers that do nothing, and the ready queue.
#include <cstdlib>
#include <deque>
#include <utility>

#include "bench/micro/null_kernel.h"
#include "bench/micro/trial.h"
#include "reactor/reactor.h"

namespace edgewise::micro {
namespace {

// Reads nothing and says that it is drained, as most upcalls do, or that there is more.
class Bell final : public EventHandler {
 public:
  explicit Bell(Progress answer) : answer_(answer) {}

 private:
  Progress HandleInput() override { return answer_; }

  const Progress answer_;
};

// A reactor with many bells, on a kernel that costs nothing.
class Belfry {
 public:
  Belfry(std::size_t bells, Progress answer) : reactor_(kernel_, {.events_max = bells}) {
    for (std::size_t i = 0; i < bells; ++i) {
      Bell& bell = bells_.emplace_back(answer);
      const Error error =
          reactor_.Register(bell, static_cast<Handle>(i + 1), Watch::kStream, kReadable);
      if (error != Error::kNone) std::abort();
    }
  }
  ~Belfry() {
    for (Bell& bell : bells_) reactor_.Retire(bell, {.cause = CloseCause::kLocal});
    reactor_.DrainRetired();
  }
  Belfry(const Belfry&) = delete;
  Belfry& operator=(const Belfry&) = delete;

  // Each wait reports the first `count` of them.
  void Ring(std::size_t count) {
    std::vector<EpollEvent> events(count);
    for (std::size_t i = 0; i < count; ++i) events[i] = {kEpollIn, &bells_[i]};
    kernel_.SetEvents(std::move(events));
  }
  void RunOnce() { reactor_.RunOnce(Duration::zero()); }

 private:
  NullKernel kernel_;
  std::deque<Bell> bells_;
  Reactor reactor_;
};

// For each handler: latched, linked, called, drained.
void Ready(Trial& trial) {
  Belfry belfry(trial.size(), Progress::kDrained);
  belfry.Ring(trial.size());
  trial.Measure(trial.size(), [&] { belfry.RunOnce(); });
}

// For each round: one handler is ready, and N - 1 are registered and silent.
void Idle(Trial& trial) {
  Belfry belfry(trial.size(), Progress::kDrained);
  belfry.Ring(1);
  trial.Measure(1024, [&] {
    for (int i = 0; i < 1024; ++i) belfry.RunOnce();
  });
}

// For each round: N bulk handlers are in the queue, and a slice of one runs.
void Bulk(Trial& trial) {
  Belfry belfry(trial.size(), Progress::kPreempted);
  belfry.Ring(trial.size());
  belfry.RunOnce();
  belfry.Ring(0);
  trial.Measure(1024, [&] {
    for (int i = 0; i < 1024; ++i) belfry.RunOnce();
  });
}

// For each handler: linked, and taken from the front.
void LinkPop(Trial& trial) {
  ReadyQueue queue;
  std::deque<EventHandler> handlers(trial.size());
  trial.Measure(trial.size(), [&] {
    for (EventHandler& handler : handlers) queue.LinkPolite(handler);
    while (queue.has_interactive()) benchmark::DoNotOptimize(&queue.PopInteractive());
  });
}

// For each handler: linked, and taken from the middle.
void LinkUnlink(Trial& trial) {
  ReadyQueue queue;
  std::deque<EventHandler> handlers(trial.size());
  Scatter scatter;
  std::vector<EventHandler*> order;
  order.reserve(trial.size());
  for (EventHandler& handler : handlers) order.push_back(&handler);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[scatter.Below(i)]);
  trial.Measure(trial.size(), [&] {
    for (EventHandler& handler : handlers) queue.Link(handler);
    for (EventHandler* const handler : order) queue.Unlink(*handler);
  });
}

}  // namespace

std::vector<Family> Rounds() {
  return {
      {"round/ready", Ready, {1, 8, 64, 512, 4096}},
      {"round/idle", Idle, {1, 8, 64, 512, 4096, 65536}},
      {"round/bulk", Bulk, {1, 8, 64, 512, 4096}},
      {"queue/link-pop", LinkPop, {1, 8, 64, 512, 4096}},
      {"queue/link-unlink", LinkUnlink, {1, 8, 64, 512, 4096}},
  };
}

}  // namespace edgewise::micro
