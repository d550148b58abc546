// Ratio: by how much one thing is larger than another, told from several measurements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace edgewise::wrk {

// With the interval that holds the true ratio in 95 % of all cases, and the wider one for 99.9 %.
// A value; one of nothing is 1 without any width.
struct Ratio {
  // Fewer than these might lie on one side by chance alone, once in a thousand times.
  static constexpr std::size_t kCountLeast = 11;

  std::size_t count = 0;  // of measurements
  double value = 1;
  double low = 1;
  double high = 1;
  double sure_low = 1;
  double sure_high = 1;

  // There are enough, and the wider interval lies on one side of `number`.
  bool SurelyNot(double number) const {
    return count >= kCountLeast && (number < sure_low || number > sure_high);
  }
};

// Of measurements in pairs: the middle of `ratios` (the mean of the logarithms of their middle
// three fifths: what disturbs a slice or two moves it little), with intervals by bootstrap. The
// same for the same seed. Ratios that are not above zero do not count.
Ratio MiddleRatio(const std::vector<double>& ratios, std::uint64_t seed);

}  // namespace edgewise::wrk
