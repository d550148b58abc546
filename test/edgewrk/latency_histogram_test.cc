// LatencyHistogram beside the sorted values themselves, and the spectrum that it prints.
#include "bench/edgewrk/latency_histogram.h"

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <sstream>
#include <vector>

#include "bench/edgewrk/percentile_spectrum.h"

namespace edgewise::wrk {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

using Catch::Approx;

// Values over nine decades, the same for the same seed.
std::vector<Duration> Values(unsigned seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(0, 11);
  std::vector<Duration> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.emplace_back(static_cast<Duration::rep>(std::pow(10.0, exponent(random))));
  }
  return values;
}

TEST_CASE("every quantile, the mean and the deviation are right to three digits") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  const std::size_t count = GENERATE(1u, 2u, 7u, 1000u, 20'000u);
  CAPTURE(seed, count);
  std::vector<Duration> values = Values(seed, count);
  LatencyHistogram histogram;
  for (const Duration value : values) histogram.Record(value);
  std::sort(values.begin(), values.end());
  CHECK(histogram.count() == count);
  CHECK(histogram.min() == values.front());
  CHECK(histogram.max() == values.back());
  for (const double share : {0.0, 0.001, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0}) {
    CAPTURE(share);
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(count)));
    const Duration truth = values[std::max<std::size_t>(rank, 1) - 1];
    const Quantile at = histogram.At(share);
    CHECK_FALSE(at.at_least);
    CHECK(at.value >= truth);
    CHECK(at.value <= truth + truth / 1000);
    CHECK(at.value <= values.back());
  }
  const auto sum = [&](auto&& of) {
    return std::accumulate(values.begin(), values.end(), 0.0L,
                           [&](long double so_far, Duration v) { return so_far + of(v); });
  };
  const long double mean =
      sum([](Duration v) { return static_cast<long double>(v.count()); }) / count;
  const long double variance = sum([mean](Duration v) {
                                 const auto off = static_cast<long double>(v.count()) - mean;
                                 return off * off;
                               }) /
                               count;
  CHECK(static_cast<double>(histogram.Mean()) == Approx(static_cast<double>(mean)).epsilon(0.001));
  CHECK(static_cast<double>(histogram.StandardDeviation()) ==
        Approx(static_cast<double>(std::sqrt(variance))).epsilon(0.001).margin(1));
}

TEST_CASE("nothing is clamped or dropped, from nothing to centuries") {
  LatencyHistogram histogram;
  for (const Duration value : {Duration(-5), Duration(0), Duration(1), Duration::max()}) {
    histogram.Record(value);
  }
  CHECK(histogram.count() == 4);
  CHECK(histogram.min() == Duration(0));
  CHECK(histogram.max() == Duration::max());
  CHECK(histogram.At(0.5).value == Duration(0));
  CHECK(histogram.At(1).value == Duration::max());
}

TEST_CASE("a quantile is a lower bound if something unknown may lie below it") {
  LatencyHistogram histogram;
  for (int i = 0; i < 99; ++i) histogram.Record(milliseconds(1));
  histogram.RecordAtLeast(seconds(2));
  CHECK(histogram.at_least_count() == 1);
  CHECK_FALSE(histogram.At(0.5).at_least);
  CHECK_FALSE(histogram.At(0.99).at_least);
  CHECK(histogram.At(0.999).at_least);
  CHECK(histogram.At(0.999).value == seconds(2));
  CHECK(histogram.max_is_at_least());
  // An early one could have come to be anything: nothing above it is known.
  histogram.RecordAtLeast(microseconds(500));
  CHECK(histogram.At(0.5).at_least);
  CHECK(histogram.At(0.001).value >= microseconds(500));
}

TEST_CASE("two histograms add up to the one that had recorded everything") {
  LatencyHistogram one;
  LatencyHistogram two;
  LatencyHistogram all;
  const std::vector<Duration> values = Values(7, 1000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    (i % 3 == 0 ? one : two).Record(values[i]);
    all.Record(values[i]);
  }
  two.RecordAtLeast(seconds(3));
  all.RecordAtLeast(seconds(3));
  one.Add(two);
  CHECK(one.count() == all.count());
  CHECK(one.at_least_count() == 1);
  CHECK(one.min() == all.min());
  CHECK(one.max() == all.max());
  CHECK(one.Mean() == all.Mean());
  CHECK(PercentileSpectrum(one) == PercentileSpectrum(all));
}

TEST_CASE("the spectrum is HdrHistogram's, to the byte") {
  LatencyHistogram histogram;
  histogram.Record(milliseconds(1));
  histogram.Record(milliseconds(1));
  histogram.Record(milliseconds(2));
  histogram.Record(milliseconds(4));
  CHECK(PercentileSpectrum(histogram) ==
        "       Value   Percentile   TotalCount 1/(1-Percentile)\n"
        "\n"
        "       1.000     0.000000            2         1.00\n"
        "       1.000     0.100000            2         1.11\n"
        "       1.000     0.200000            2         1.25\n"
        "       1.000     0.300000            2         1.43\n"
        "       1.000     0.400000            2         1.67\n"
        "       1.000     0.500000            2         2.00\n"
        "       2.001     0.550000            3         2.22\n"
        "       2.001     0.600000            3         2.50\n"
        "       2.001     0.650000            3         2.86\n"
        "       2.001     0.700000            3         3.33\n"
        "       2.001     0.750000            3         4.00\n"
        "       4.002     0.775000            4         4.44\n"
        "       4.002     1.000000            4          inf\n"
        "#[Mean    =        2.000, StdDeviation   =        1.225]\n"
        "#[Max     =        4.000, Total count    =            4]\n"
        "#[Buckets =           54, SubBuckets     =         2048]\n");
}

TEST_CASE("the spectrum of many values rises to its last line, and each line holds") {
  LatencyHistogram histogram;
  for (const Duration value : Values(11, 50'000)) histogram.Record(value);
  std::istringstream lines(PercentileSpectrum(histogram));
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  double last_value = -1;
  double last_percentile = -1;
  std::size_t count = 0;
  while (std::getline(lines, line) && line.front() != '#') {
    std::istringstream words(line);
    double value = 0;
    double percentile = 0;
    double total = 0;
    REQUIRE((words >> value >> percentile >> total));
    CHECK(value >= last_value);
    CHECK(percentile > last_percentile);
    CHECK(total >= std::floor(percentile * 50'000));
    last_value = value;
    last_percentile = percentile;
    ++count;
  }
  CHECK(count > 50);
  CHECK(last_percentile == 1);
}

}  // namespace
}  // namespace edgewise::wrk
