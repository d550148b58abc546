// TimerWheel with many timers: order, slices and wake-ups.
#include <algorithm>
#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdio>
#include <random>
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

// A seed that a failure can be repeated with: --rng-seed.
std::uint64_t PrintedSeed(const char* name) {
  const std::uint64_t seed = Catch::getSeed();
  std::printf("%s: --rng-seed %llu\n", name, static_cast<unsigned long long>(seed));
  return seed;
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
