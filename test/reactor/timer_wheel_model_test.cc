// TimerWheel against a sorted map, step by random step; and in crowds of a million.
#include <algorithm>
#include <bit>
#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdio>
#include <limits>
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
using std::chrono::seconds;

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

// Counts, and watches the order.
class CrowdTimer : public Timer {
 public:
  void HandleTimeout(Time now) override {
    EDGEWISE_CHECK(deadline() <= now, "early");
    EDGEWISE_CHECK(std::pair(deadline(), this) > last,
                   "out of order: the crowd is armed by address");
    last = {deadline(), this};
    ++ran;
  }
  static inline std::pair<Time, CrowdTimer*> last{};
  static inline std::size_t ran = 0;
};

struct Crowd {
  explicit Crowd(std::size_t size) : timers(size) {
    CrowdTimer::last = {};
    CrowdTimer::ran = 0;
  }
  // Runs all that is due at `now` in slices. Returns how many.
  std::size_t ExpireInSlices(Time now) {
    const std::size_t before = CrowdTimer::ran;
    std::size_t calls = 0;
    while (wheel.NextWake() <= now) {
      const std::size_t ran = wheel.Expire(now, kSlice);
      EDGEWISE_CHECK(ran <= kSlice, "more than a slice");
      ++calls;
    }
    // Each call ran a slice, moved its share of timers (eleven moves each at worst), or was the
    // last.
    const std::size_t ran = CrowdTimer::ran - before;
    CHECK(calls <= ran / kSlice + 11 * timers.size() / TimerWheel::kMovesMax + 2);
    return ran;
  }
  static constexpr std::size_t kSlice = 100;
  TimerWheel wheel{kStart};
  std::vector<CrowdTimer> timers;
};

TEST_CASE("of a million timers, half cancelled, the others run in order and in slices") {
  constexpr std::size_t kSize = 1'000'000;
  std::mt19937_64 random(PrintedSeed("timer crowd"));
  Crowd crowd(kSize);
  for (CrowdTimer& timer : crowd.timers) {
    crowd.wheel.Arm(timer, kStart + nanoseconds(random() % 60'000'000'000));
  }
  for (std::size_t i = 0; i < kSize; i += 2) crowd.timers[i + random() % 2].Cancel();
  // In steps of 3 s, then the rest in one leap of 100 days.
  for (int second = 0; second < 30; second += 3) {
    const Time now = kStart + seconds(second);
    crowd.ExpireInSlices(now);
    CHECK(std::none_of(crowd.timers.begin(), crowd.timers.end(), [now](const CrowdTimer& timer) {
      return timer.armed() && timer.deadline() <= now;
    }));
  }
  CHECK(CrowdTimer::ran > kSize / 8);
  crowd.ExpireInSlices(kStart + 100 * hours(24));
  CHECK(CrowdTimer::ran == kSize / 2);
  CHECK(crowd.wheel.NextWake() == kNever);
}

TEST_CASE("a million timers for one instant run in arming order and in slices") {
  constexpr std::size_t kSize = 1'000'000;
  const Time instant = kStart + seconds(5);
  Crowd crowd(kSize);
  for (std::size_t i = 0; i < kSize - 10; ++i) crowd.wheel.Arm(crowd.timers[i], instant);
  CHECK(crowd.ExpireInSlices(instant - nanoseconds(1)) == 0);
  CHECK(crowd.wheel.NextWake() == instant);
  // The first call only sorts; what is armed between the slices comes last all the same.
  CHECK(crowd.wheel.Expire(instant, Crowd::kSlice) == 0);
  for (std::size_t i = kSize - 10; i < kSize; ++i) crowd.wheel.Arm(crowd.timers[i], instant);
  CHECK(crowd.ExpireInSlices(instant) == kSize);
}

// As a reactor would: wakes when NextWake says and at no other time.
std::uint64_t SpuriousWakes(std::mt19937_64& random, std::size_t size, std::size_t cancelled) {
  Crowd crowd(size);
  for (CrowdTimer& timer : crowd.timers) {
    const int magnitude = static_cast<int>(random() % 55);
    crowd.wheel.Arm(timer, kStart + nanoseconds(random() & ((std::uint64_t{1} << magnitude) - 1)));
  }
  for (std::size_t i = 0; i < cancelled; ++i) crowd.timers[i].Cancel();
  std::uint64_t spurious = 0;
  while (crowd.wheel.NextWake() != kNever) {
    if (crowd.wheel.Expire(crowd.wheel.NextWake(), Crowd::kSlice) == 0) ++spurious;
  }
  CHECK(CrowdTimer::ran == size - cancelled);
  return spurious;
}

TEST_CASE("no wake-up is in vain but for cancelled timers, and then at most one for each") {
  std::mt19937_64 random(PrintedSeed("timer wake-ups"));
  for (int round = 0; round < 200; ++round) {
    CHECK(SpuriousWakes(random, 500, 0) == 0);
    CHECK(SpuriousWakes(random, 500, 400) <= 400);
  }
}

}  // namespace
}  // namespace edgewise
