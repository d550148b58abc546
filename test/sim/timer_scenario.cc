// Timers beside a model of them: armed, moved, cancelled from callbacks and from tasks.
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "reactor/reactor.h"
#include "reactor/timer.h"
#include "test/sim/scenarios.h"
#include "test/sim/witness.h"

namespace edgewise::sim_test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// What nobody is late for: some rounds of some calls each.
constexpr Duration kSlack = milliseconds(1);
constexpr Duration kFar = std::chrono::hours(24 * 30);
constexpr Duration kLongUpcall = seconds(5);

// Threading: its reactor's; the posting thread only posts. Ownership: of all.
class TimerModel {
 public:
  explicit TimerModel(sim::Simulation& simulation)
      : simulation_(simulation),
        reactor_(simulation.kernel(),
                 {.timers_max = 1 + simulation.Pick(6), .tasks_max = 1 + simulation.Pick(3)}),
        arms_left_(1 + simulation.Pick(80)),
        posts_(simulation.Pick(20)) {
    const std::uint32_t count = 1 + simulation.Pick(30);
    for (std::uint32_t i = 0; i < count; ++i) {
      timers_.push_back(std::make_unique<Entry>());
      timers_.back()->model = this;
    }
  }

  // The reactor's thread.
  void Serve() {
    for (auto& entry : timers_) Arm(*entry);
    MaybeStop();
    reactor_.Run();
    const Time now = simulation_.now();
    for (auto& entry : timers_) {
      simulation_.Check(entry->armed() == entry->due.has_value(), "who is armed is known");
      simulation_.Check(!entry->due || *entry->due > now, "nobody was forgotten");
      entry->Cancel();
    }
    simulation_.Check(reactor_.counters().exceptions == thrown_, "each exception was counted");
    served_ = true;
  }

  // Another thread of the process.
  void Post() {
    for (std::uint32_t i = 0; i < posts_; ++i) {
      simulation_.world().threads().WaitUntil(simulation_.now() + DrawDelay(4));
      const PostResult result = reactor_.Post([this, i] {
        simulation_.Check(tasks_run_++ == i, "tasks run in the order of posting, once");
        Act();
        MaybeStop();
      });
      simulation_.Check(result == PostResult::kPosted, "there is room for a task");
    }
  }

  bool served() const { return served_; }

 private:
  struct Entry final : Timer {
    void HandleTimeout(Time now) override { model->Fired(*this, now); }
    TimerModel* model = nullptr;
    std::optional<Time> due;  // while it is armed
    Time since{};             // from when on it can be late
    bool in_time = true;      // was armed for a time that had not come
    std::uint64_t turn = 0;   // how many were armed before it
  };

  Duration DrawDelay(std::uint32_t kinds) {
    switch (simulation_.Pick(kinds)) {
      case 0:
        return microseconds(simulation_.Pick(50));
      case 1:
        return Duration(simulation_.Pick(3000));
      case 2:
        return milliseconds(simulation_.Pick(40));
      case 3:
        return seconds(simulation_.Pick(3));
      case 4:
        return Duration::zero();
      case 5:
        return -microseconds(simulation_.Pick(50));
      case 6:
        return std::chrono::minutes(simulation_.Pick(10));
      default:
        return kFar;
    }
  }

  Entry& Any() { return *timers_[simulation_.Pick(static_cast<std::uint32_t>(timers_.size()))]; }

  void Arm(Entry& entry) {
    if (arms_left_ == 0) return;
    --arms_left_;
    const Time now = reactor_.now();
    Time due = now + DrawDelay(8);
    const Entry& other = Any();
    if (other.due && simulation_.Pick(5) == 1) due = *other.due;
    simulation_.Sometimes(entry.due.has_value(), "an armed timer was moved");
    reactor_.timers().Arm(entry, due);
    entry.due = due;
    entry.since = std::max(due, simulation_.now());
    entry.in_time = due > now;
    entry.turn = ++turns_;
  }

  void Cancel(Entry& entry) {
    simulation_.Sometimes(entry.due && *entry.due <= reactor_.now(), "a due timer was cancelled");
    entry.Cancel();
    entry.due.reset();
  }

  void Fired(Entry& entry, Time now) {
    simulation_.Check(entry.due.has_value(), "who fires was armed, and has not fired since");
    simulation_.Check(*entry.due <= now && now <= simulation_.now(), "nobody fires early");
    if (entry.in_time) JudgeOrder(entry);
    const bool stalled = simulation_.world().chooser().taken(sim::ChoicePoint::kStall) != 0;
    simulation_.Check(stalled || simulation_.now() - std::max(entry.since, excused_) <= kSlack,
                      "nobody fires late");
    simulation_.Sometimes(now == last_fired_, "several in one slice");
    last_fired_ = now;
    entry.due.reset();
    Act();
    if (simulation_.Pick(20) == 1) {
      simulation_.world().Mark("a timer throws");
      ++thrown_;
      MaybeStop();
      throw std::runtime_error("a timer's");
    }
    MaybeStop();
  }

  // Who was due before, or at once but armed before, has fired before.
  void JudgeOrder(const Entry& entry) {
    for (const auto& other : timers_) {
      if (other.get() == &entry || !other->due || !other->in_time) continue;
      simulation_.Check(
          *other->due > *entry.due || (*other->due == *entry.due && other->turn > entry.turn),
          "timers fire in order");
      simulation_.Sometimes(*other->due == *entry.due, "two are due at once");
    }
  }

  void Act() {
    for (std::uint32_t i = simulation_.Pick(4); i != 0; --i) {
      switch (simulation_.Pick(5)) {
        case 0:
        case 1:
        case 2:
          Arm(Any());
          break;
        case 3:
          Cancel(Any());
          break;
        default:
          if (simulation_.Pick(20) != 1) break;
          simulation_.world().Mark("a callback takes five seconds");
          simulation_.world().threads().WaitUntil(simulation_.now() + kLongUpcall);
          excused_ = simulation_.now();
      }
    }
  }

  void MaybeStop() {
    const bool busy = std::any_of(timers_.begin(), timers_.end(), [this](const auto& entry) {
      return entry->due && *entry->due - simulation_.now() < kFar / 2;
    });
    if (!busy && tasks_run_ == posts_) reactor_.Stop();
  }

  sim::Simulation& simulation_;
  Reactor reactor_;
  std::uint32_t arms_left_;
  const std::uint32_t posts_;
  std::uint32_t tasks_run_ = 0;
  std::uint64_t turns_ = 0;
  std::uint64_t thrown_ = 0;
  Time excused_{};  // nobody could have fired before
  Time last_fired_{};
  bool served_ = false;
  std::vector<std::unique_ptr<Entry>> timers_;
};

}  // namespace

void Timers(sim::Simulation& simulation) {
  TimerModel model(simulation);
  simulation.AddThread("reactor", [&] { model.Serve(); });
  simulation.AddThread("poster", [&] { model.Post(); });
  AddWitness(simulation, [&] { return model.served(); });
  simulation.Run();
}

}  // namespace edgewise::sim_test
