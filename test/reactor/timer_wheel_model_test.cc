// TimerWheel against a sorted map, step by random step.
#include <algorithm>
#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "reactor/check.h"
#include "reactor/timer_wheel.h"

namespace edgewise {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;

constexpr Time kStart{hours(1000) + nanoseconds(12345)};
// Where a walk ends, so that sums do not overflow: in some 73 years.
constexpr Time kEnd{Duration{std::int64_t{1} << 61}};

// So few timers that one Expire never runs out of moves: eleven each at worst.
constexpr std::size_t kMovesCannotEnd = TimerWheel::kMovesMax / 11;

// A seed that a failure can be repeated with: --rng-seed.
std::uint64_t PrintedSeed(const char* name) {
  const std::uint64_t seed = Catch::getSeed();
  std::printf("%s: --rng-seed %llu\n", name, static_cast<unsigned long long>(seed));
  return seed;
}

class Walk;

class WalkTimer : public Timer {
 public:
  WalkTimer(Walk& walk, std::size_t index) : walk_(walk), index_(index) {}
  void HandleTimeout(Time now) override;

 private:
  Walk& walk_;
  const std::size_t index_;
};

// A random walk over a wheel, and beside it what should come of it: a map from the instant at which
// a timer is due, and the order of arming, to the timer. Every failure is a CHECK, which is cheaper
// than an assertion of the test framework and cannot be lost in a callback.
class Walk {
 public:
  Walk(std::uint64_t seed, std::size_t size, int magnitude_max, std::size_t slice)
      : random_(seed), magnitude_max_(magnitude_max), slice_(slice), slots_(size) {
    for (std::size_t i = 0; i < size; ++i) Renew(i);
  }

  void Step() {
    const std::uint64_t what = Below(100);
    if (what < 40) ArmRandom();
    if (what >= 40 && what < 55) Cancel(Below(slots_.size()));
    if (what >= 55 && what < 58) Destroy(Below(slots_.size()));
    if (what >= 58) Expire(RandomNow());
    if (Below(2) == 0) CheckNextWake();
  }

  void HandleTimeout(std::size_t index, Time now) {
    EDGEWISE_CHECK(expiring_, "an upcall outside Expire");
    EDGEWISE_CHECK(!model_.empty(), "an upcall of nobody");
    const auto first = model_.begin();
    EDGEWISE_CHECK(first->second == index, "out of order, or cancelled");
    EDGEWISE_CHECK(first->first.first <= now && now == latest_, "early, or told another time");
    EDGEWISE_CHECK(!slots_[index].timer->armed(), "still armed");
    EDGEWISE_CHECK(slots_[index].asleep_until <= expire_count_, "twice in one Expire");
    Forget(index);
    ++ran_;
    const std::uint64_t what = Below(100);
    if (what < 30) Arm(index, RandomDeadline());
    if (what >= 30 && what < 50) ArmRandom();
    if (what >= 50 && what < 60) Cancel(Below(slots_.size()));
    if (what >= 60 && what < 65) Destroy(index);
    if (what >= 65 && what < 70) Destroy(Below(slots_.size()));
    if (Below(2) == 0) CheckNextWake();
    if (what >= 98) throw std::runtime_error("on purpose");
  }

  bool over() const { return latest_ > kEnd; }
  std::uint64_t ran() const { return total_ran_; }

 private:
  using Model = std::multimap<std::pair<Time, std::uint64_t>, std::size_t>;
  struct Entry {
    std::unique_ptr<WalkTimer> timer;
    Model::iterator place;
    std::uint64_t asleep_until = 0;  // the first Expire that may run it
  };

  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }
  Duration RandomSpan() {
    const auto magnitude = static_cast<int>(Below(static_cast<std::uint64_t>(magnitude_max_) + 1));
    return Duration{static_cast<std::int64_t>(random_() & ((std::uint64_t{1} << magnitude) - 1))};
  }

  Time RandomDeadline() {
    const std::uint64_t what = Below(100);
    if (what < 25 && !model_.empty()) {
      const Time neighbour = model_.begin()->first.first;
      return neighbour == kNever ? neighbour : neighbour + nanoseconds(Below(2));
    }
    if (what < 35) return last_deadline_;
    if (what < 40) return latest_ - RandomSpan();
    if (what < 41) return kNever;
    return latest_ + RandomSpan();
  }

  Time RandomNow() {
    const std::uint64_t what = Below(100);
    const Time wake = wheel_.NextWake();
    if (what < 40 && wake < kEnd) return wake;
    if (what < 50 && wake < kEnd) return wake - nanoseconds(1);
    if (what < 55) return latest_ - RandomSpan();
    return latest_ + RandomSpan() / 8;
  }

  void Renew(std::size_t index) {
    slots_[index].timer = std::make_unique<WalkTimer>(*this, index);
    slots_[index].place = model_.end();
  }
  void Forget(std::size_t index) {
    Entry& entry = slots_[index];
    if (entry.place != model_.end()) model_.erase(entry.place);
    entry.place = model_.end();
  }
  void ArmRandom() { Arm(Below(slots_.size()), RandomDeadline()); }
  void Arm(std::size_t index, Time deadline) {
    Forget(index);
    Entry& entry = slots_[index];
    const bool late = deadline <= latest_;
    entry.asleep_until = late ? expire_count_ + 1 : 0;
    entry.place = model_.insert({{late ? latest_ : deadline, ++arms_}, index});
    last_deadline_ = deadline;
    wheel_.Arm(*entry.timer, deadline);
  }
  void Cancel(std::size_t index) {
    Forget(index);
    slots_[index].timer->Cancel();
  }
  // The caller may be the timer's own upcall, which then touches it no more.
  void Destroy(std::size_t index) {
    Forget(index);
    Renew(index);
  }

  void Expire(Time now) {
    latest_ = std::max(latest_, now);
    ++expire_count_;
    ran_ = 0;
    expiring_ = true;
    bool thrown = false;
    std::size_t told = 0;
    try {
      told = wheel_.Expire(now, slice_);
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    expiring_ = false;
    total_ran_ += ran_;
    EDGEWISE_CHECK(ran_ <= slice_, "more than a slice");
    EDGEWISE_CHECK(thrown || told == ran_, "miscounted");
    if (thrown || ran_ == slice_ || now < latest_ || model_.empty()) return;
    const auto first = model_.begin();
    const bool runnable = slots_[first->second].asleep_until <= expire_count_;
    const bool out_of_moves = slots_.size() > kMovesCannotEnd && wheel_.NextWake() <= now;
    EDGEWISE_CHECK(first->first.first > now || !runnable || out_of_moves,
                   "something due was forgotten");
  }

  void CheckNextWake() {
    const Time wake = wheel_.NextWake();
    EDGEWISE_CHECK(model_.empty() ? wake == kNever : wake <= model_.begin()->first.first,
                   "the wheel would sleep too long, or wake for nobody");
  }

  std::mt19937_64 random_;
  const int magnitude_max_;
  const std::size_t slice_;
  Time latest_ = kStart;
  Time last_deadline_ = kStart;
  TimerWheel wheel_{kStart};
  std::uint64_t arms_ = 0;
  std::uint64_t expire_count_ = 0;
  std::uint64_t ran_ = 0;
  std::uint64_t total_ran_ = 0;
  bool expiring_ = false;
  Model model_;
  std::vector<Entry> slots_;
};

void WalkTimer::HandleTimeout(Time now) { walk_.HandleTimeout(index_, now); }

TEST_CASE("a random walk of five million steps agrees with a sorted map") {
  const std::uint64_t seed = PrintedSeed("timer walk");
  std::uint64_t ran = 0;
  std::uint64_t round = 0;
  // Spans up to 64 ns, 1 ms, 17 s, 5 hours, 100 days.
  for (int magnitude : {6, 20, 34, 44, 53}) {
    for (auto [size, slice] :
         {std::pair{1, 3}, {2, 1}, {30, 7}, {90, 64}, {700, 1000}, {8000, 100'000}}) {
      Walk walk(seed + ++round, static_cast<std::size_t>(size), magnitude,
                static_cast<std::size_t>(slice));
      for (int step = 0; step < 200'000 && !walk.over(); ++step) walk.Step();
      ran += walk.ran();
    }
  }
  CHECK(ran > 800'000);
}

}  // namespace
}  // namespace edgewise
