// A seed becomes rates, then answers.
#include "reactor/kernel/simulated/seeded_chooser.h"

namespace edgewise::sim {
namespace {

constexpr double kTwoTo64 = 18446744073709551616.0;
constexpr double kOftenRate = 0.8;

// What a fault's rate is multiplied with, where a single one already changes the whole run.
double ScaleOf(ChoicePoint point) {
  switch (point) {
    case ChoicePoint::kStall:
      return 0.05;
    case ChoicePoint::kReset:
    case ChoicePoint::kOpenError:
      return 0.2;
    default:
      return 1.0;
  }
}

std::uint64_t ThresholdOf(double rate) {
  return rate >= 1.0 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(rate * kTwoTo64);
}

}  // namespace

SeededChooser::SeededChooser(std::uint64_t seed, const Weather& weather) : state_(seed) {
  for (std::size_t i = 0; i < kChoicePointCount; ++i) {
    const bool is_fault = IsFault(static_cast<ChoicePoint>(i));
    const double share = is_fault ? weather.fault_share : weather.chance_share;
    const auto& rates = is_fault ? weather.fault_rates : weather.chance_rates;
    const bool is_unusual = Next() < ThresholdOf(share);
    const double rate = rates[Next() % rates.size()];
    const double scale = ScaleOf(static_cast<ChoicePoint>(i));
    thresholds_[i] = is_unusual ? ThresholdOf(rate * scale) : 0;
  }
  if (!weather.always_varies) return;
  // What somebody relies on to vary varies in every seed.
  for (const ChoicePoint point : {ChoicePoint::kRandom, ChoicePoint::kScenario}) {
    thresholds_[static_cast<std::size_t>(point)] = ThresholdOf(kOftenRate);
  }
}

// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
std::uint64_t SeededChooser::Next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::uint32_t SeededChooser::Pick(ChoicePoint point, std::uint64_t, std::uint32_t count) {
  const std::uint64_t threshold = thresholds_[static_cast<std::size_t>(point)];
  if (threshold == 0 || Next() >= threshold) return 0;
  return 1 + static_cast<std::uint32_t>(Next() % (count - 1));
}

}  // namespace edgewise::sim
