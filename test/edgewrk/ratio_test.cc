// Intervals hold what they promise: asked of many made-up measurements whose truth is known.
#include "bench/edgewrk/ratio.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <random>

namespace edgewise::wrk {
namespace {

constexpr std::uint64_t kSeed = 20261126;

// `count` ratios around `truth`, with a noise of `spread`, one in ten of them disturbed much more.
std::vector<double> Measured(double truth, double spread, std::size_t count,
                             std::mt19937_64& random) {
  std::normal_distribution<double> noise(0, spread);
  std::bernoulli_distribution disturbed(0.1);
  std::vector<double> ratios;
  for (std::size_t i = 0; i < count; ++i) {
    ratios.push_back(truth * std::exp(noise(random) * (disturbed(random) ? 5 : 1)));
  }
  return ratios;
}

TEST_CASE("a ratio of equal measurements has no width, one of nothing is 1") {
  const Ratio equal = MiddleRatio(std::vector<double>(11, 1.25), kSeed);
  CHECK(std::abs(equal.value - 1.25) < 1e-12);
  CHECK(std::abs(equal.low - 1.25) < 1e-12);
  CHECK(std::abs(equal.sure_high - 1.25) < 1e-12);
  CHECK(equal.SurelyNot(1));
  CHECK_FALSE(equal.SurelyNot(equal.value));
  const Ratio nothing = MiddleRatio({}, kSeed);
  CHECK(nothing.value == 1);
  CHECK_FALSE(nothing.SurelyNot(1));
}

TEST_CASE("what cannot be a ratio does not count") {
  const Ratio ratio = MiddleRatio({2, 0, -1, NAN, INFINITY, 2}, kSeed);
  CHECK(std::abs(ratio.value - 2) < 1e-12);
}

TEST_CASE("a disturbed slice or two move the middle little") {
  std::vector<double> ratios(18, 1.05);
  ratios.push_back(40);
  ratios.push_back(0.01);
  CHECK(std::abs(MiddleRatio(ratios, kSeed).value - 1.05) < 1e-9);
}

TEST_CASE("the same seed gives the same interval, and intervals are nested around the value") {
  std::mt19937_64 random(kSeed);
  const std::vector<double> ratios = Measured(1.3, 0.1, 20, random);
  const Ratio one = MiddleRatio(ratios, 7);
  const Ratio two = MiddleRatio(ratios, 7);
  CHECK(one.low == two.low);
  CHECK(one.sure_high == two.sure_high);
  CHECK(one.sure_low <= one.low);
  CHECK(one.low <= one.value);
  CHECK(one.value <= one.high);
  CHECK(one.high <= one.sure_high);
}

TEST_CASE("of 200 intervals of 95 % about 190 hold the truth") {
  std::mt19937_64 random(kSeed);
  int held = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const Ratio ratio = MiddleRatio(Measured(1.1, 0.05, 20, random), i);
    held += ratio.low <= 1.1 && 1.1 <= ratio.high ? 1 : 0;
  }
  CAPTURE(held);
  CHECK(held >= 178);
  CHECK(held <= 199);
}

}  // namespace
}  // namespace edgewise::wrk
