// Two servers compared, on made-up blocks whose truth is known: how often a difference is told
// where there is none, and how often one of 5 % is found.
#include "bench/edgewrk/versus.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <random>

namespace edgewise::wrk {
namespace {

constexpr std::uint64_t kSeed = 20261126;

// Blocks of slices that each have a noise of `spread`, and a drift between blocks that is common to
// the three. B takes `cost` times A's processor time, and has 1/`cost` of its rate.
std::vector<VersusBlock> Blocks(double cost, double spread, std::mt19937_64& random) {
  std::normal_distribution<double> noise(0, spread);
  std::normal_distribution<double> drift(0, 0.2);
  std::vector<VersusBlock> blocks;
  for (int i = 0; i < 20; ++i) {
    const double common = std::exp(drift(random));
    const auto slice = [&](double factor) {
      const double cpu = 4e-6 * factor * common * std::exp(noise(random));
      return SliceFigures{1 / cpu, 100e-6, 200e-6 * std::exp(noise(random)), cpu};
    };
    blocks.push_back({.a = slice(1), .b = slice(cost), .a_again = slice(1)});
  }
  return blocks;
}

const MetricComparison& Of(const std::vector<MetricComparison>& all, Metric metric) {
  for (const MetricComparison& one : all) {
    if (one.metric == metric) return one;
  }
  FAIL("no such metric");
  return all.front();
}

TEST_CASE("a server does not differ from itself, in 99 of 100 comparisons of four things") {
  std::mt19937_64 random(kSeed);
  int told = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    for (const MetricComparison& one : CompareBlocks(Blocks(1, 0.03, random), i)) {
      told += one.differs() ? 1 : 0;
    }
  }
  CAPTURE(told);
  CHECK(told <= 4);
}

TEST_CASE("a server that takes 5 % more processor time is found, in 38 of 40 comparisons") {
  std::mt19937_64 random(kSeed);
  int found = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const auto all = CompareBlocks(Blocks(1.05, 0.03, random), i);
    const MetricComparison& cpu = Of(all, Metric::kCpu);
    found += cpu.differs() && cpu.b_to_a.value > 1 && cpu.b_to_a.low > 1 ? 1 : 0;
  }
  CAPTURE(found);
  CHECK(found >= 38);
}

TEST_CASE("what was not measured is not compared, and the table says what was") {
  std::vector<VersusBlock> blocks(
      4, VersusBlock{
             .a = {100, 1e-3, 2e-3, 0}, .b = {90, 1e-3, 4e-3, 0}, .a_again = {100, 1e-3, 2e-3, 0}});
  const VersusResult result{.metrics = CompareBlocks(blocks, 1), .blocks = blocks, .dropped = 1};
  CHECK(result.metrics.size() == 3);
  CHECK(Of(result.metrics, Metric::kRate).differs());
  CHECK_FALSE(Of(result.metrics, Metric::kP50).differs());
  VersusPlan plan;
  plan.a.url.text = "http://a/";
  plan.b.url.text = "http://b/";
  const std::string text = VersusText(plan, result);
  CAPTURE(text);
  CHECK(text.find("B 10.0% lower") != std::string::npos);
  CHECK(text.find("B 100.0% higher") != std::string::npos);
  CHECK(text.find("cpu/request") == std::string::npos);
  CHECK(text.find("4 blocks, 1 dropped") != std::string::npos);
}

}  // namespace
}  // namespace edgewise::wrk
