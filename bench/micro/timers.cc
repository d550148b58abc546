// What the timer wheel costs with many timers armed.
#include <memory>

#include "bench/micro/trial.h"
#include "reactor/timer_wheel.h"

namespace edgewise::micro {
namespace {

constexpr std::size_t kBatch = 1024;
constexpr Time kStart{std::chrono::hours(1000)};
constexpr Duration kSpread = std::chrono::seconds(60);

// An instant within the next minute.
Time Scattered(Scatter& scatter) {
  return kStart + Duration(kSpread.count() * static_cast<std::int64_t>(scatter.Next()) >> 31);
}

class Alarm final : public Timer {
 public:
  void HandleTimeout(Time) override {}
};

// A wheel with `standing` timers armed, their deadlines scattered over a minute, and room for a
// batch more.
class Clockwork {
 public:
  explicit Clockwork(std::size_t standing)
      : alarms_(std::make_unique<Alarm[]>(standing + kBatch)),
        standing_(alarms_.get(), standing),
        batch_(alarms_.get() + standing, kBatch) {
    for (Alarm& alarm : standing_) wheel_.Arm(alarm, Soon());
    for (Time& deadline : deadlines_) deadline = Soon();
  }

  Time Soon() { return Scattered(scatter_); }
  void ArmBatch() {
    for (std::size_t i = 0; i < kBatch; ++i) wheel_.Arm(batch_[i], deadlines_[i]);
  }
  void CancelBatch() {
    for (Alarm& alarm : batch_) alarm.Cancel();
  }
  TimerWheel& wheel() { return wheel_; }
  Alarm& AnyStanding() { return standing_[scatter_.Below(standing_.size())]; }

 private:
  TimerWheel wheel_{kStart};
  Scatter scatter_;
  std::unique_ptr<Alarm[]> alarms_;
  std::span<Alarm> standing_;
  std::span<Alarm> batch_;
  std::vector<Time> deadlines_ = std::vector<Time>(kBatch);
};

void Arm(Trial& trial) {
  Clockwork clockwork(trial.size());
  trial.MeasureAfter(
      kBatch, [&] { clockwork.CancelBatch(); }, [&] { clockwork.ArmBatch(); });
}

void Cancel(Trial& trial) {
  Clockwork clockwork(trial.size());
  trial.MeasureAfter(
      kBatch, [&] { clockwork.ArmBatch(); }, [&] { clockwork.CancelBatch(); });
}

// One that is armed is moved to another deadline.
void Move(Trial& trial) {
  Clockwork clockwork(trial.size());
  std::vector<Alarm*> alarms;
  std::vector<Time> deadlines;
  trial.MeasureAfter(
      kBatch,
      [&] {
        alarms.clear();
        deadlines.clear();
        for (std::size_t i = 0; i < kBatch; ++i) {
          alarms.push_back(&clockwork.AnyStanding());
          deadlines.push_back(clockwork.Soon());
        }
      },
      [&] {
        for (std::size_t i = 0; i < kBatch; ++i) clockwork.wheel().Arm(*alarms[i], deadlines[i]);
      });
}

// The earliest is cancelled, and the next one looked for.
void NextWake(Trial& trial) {
  Clockwork clockwork(trial.size());
  Alarm earliest;
  trial.Measure(kBatch, [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      clockwork.wheel().Arm(earliest, kStart + Duration(1));
      earliest.Cancel();
      benchmark::DoNotOptimize(clockwork.wheel().NextWake());
    }
  });
}

// Arms all of `alarms`, each when `deadline` says, and lets `expire` run them.
template <typename Deadline, typename Expire>
void RunOut(Trial& trial, Deadline&& deadline, Expire&& expire) {
  std::unique_ptr<TimerWheel> wheel;
  const auto alarms = std::make_unique<Alarm[]>(trial.size());
  trial.MeasureAfter(
      trial.size(),
      [&] {
        wheel = std::make_unique<TimerWheel>(kStart);
        Scatter scatter;
        for (std::size_t i = 0; i < trial.size(); ++i) wheel->Arm(alarms[i], deadline(scatter));
      },
      [&] { expire(*wheel); });
}

// As a reactor does: it wakes for each deadline.
void ExpireEach(Trial& trial) {
  RunOut(trial, Scattered, [](TimerWheel& wheel) {
    for (Time next = wheel.NextWake(); next != kNever; next = wheel.NextWake()) {
      wheel.Expire(next, 256);
    }
  });
}

// The time leaps over all of them.
void ExpireLate(Trial& trial) {
  RunOut(trial, Scattered, [](TimerWheel& wheel) {
    while (wheel.NextWake() != kNever) wheel.Expire(kStart + kSpread, 256);
  });
}

// All are due at one instant.
void ExpireTogether(Trial& trial) {
  RunOut(
      trial, [](Scatter&) { return kStart + kSpread; },
      [](TimerWheel& wheel) {
        while (wheel.NextWake() != kNever) wheel.Expire(kStart + kSpread, 256);
      });
}

}  // namespace

std::vector<Family> Timers() {
  const std::vector<std::int64_t> sizes{1000, 10'000, 100'000, 1'000'000};
  return {
      {"timer/arm", Arm, sizes},
      {"timer/cancel", Cancel, sizes},
      {"timer/move", Move, sizes},
      {"timer/next-wake", NextWake, sizes},
      {"timer/expire", ExpireEach, sizes},
      {"timer/expire-late", ExpireLate, sizes},
      {"timer/expire-together", ExpireTogether, sizes},
  };
}

}  // namespace edgewise::micro
