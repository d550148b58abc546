// Numbers with units: read as wrk reads them, printed as wrk prints them.
#include "bench/edgewrk/units.h"

#include <catch2/catch_test_macros.hpp>
#include <chrono>

namespace edgewise::wrk {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("counts have thousands as units, and are whole") {
  CHECK(ParseCount("400") == 400);
  CHECK(ParseCount("1k") == 1000);
  CHECK(ParseCount("2K") == 2000);
  CHECK(ParseCount("1.5M") == 1'500'000);
  CHECK(ParseCount("1G") == 1'000'000'000);
  for (const char* wrong : {"", "k", "-1", "1.5", "1x", "1 k", "1kk", "0x10", "1e3", "nan"}) {
    CAPTURE(wrong);
    CHECK_FALSE(ParseCount(wrong));
  }
}

TEST_CASE("times are seconds unless they say otherwise") {
  CHECK(ParseTime("30") == seconds(30));
  CHECK(ParseTime("30s") == seconds(30));
  CHECK(ParseTime("2m") == minutes(2));
  CHECK(ParseTime("1h") == hours(1));
  CHECK(ParseTime("100ms") == milliseconds(100));
  CHECK(ParseTime("50us") == microseconds(50));
  CHECK(ParseTime("1.5s") == milliseconds(1500));
  for (const char* wrong : {"", "s", "-1s", "1d", "1 s", "1ss", "99999999h"}) {
    CAPTURE(wrong);
    CHECK_FALSE(ParseTime(wrong));
  }
}

TEST_CASE("the next unit begins at 85 % of it, as in wrk") {
  CHECK(FormatLatency(0) == "0.00us");
  CHECK(FormatLatency(635.91L) == "635.91us");
  CHECK(FormatLatency(849.99L) == "849.99us");
  CHECK(FormatLatency(850) == "0.85ms");
  CHECK(FormatLatency(889.6L) == "0.89ms");
  CHECK(FormatLatency(12920) == "12.92ms");
  CHECK(FormatLatency(999'990) == "999.99ms");
  CHECK(FormatLatency(1'000'000) == "1.00s");
  CHECK(FormatLatency(60e6L) == "1.00m");
  CHECK(FormatLatency(7200e6L) == "120.00m");
  CHECK(FormatMetric(56200) == "56.20k");
  CHECK(FormatMetric(849) == "849.00");
  CHECK(FormatBinary(17.76L * 1024 * 1024 * 1024) == "17.76G");
  CHECK(FormatBinary(0) == "0.00");
  CHECK(FormatSeconds(seconds(30)) == "30s");
  CHECK(FormatSeconds(minutes(2)) == "2m");
  CHECK(FormatSeconds(milliseconds(1500)) == "1.5s");
}

TEST_CASE("columns are aligned at the numbers, whatever the length of the units") {
  CHECK(InColumn("635.91us", 8) == "635.91us");
  CHECK(InColumn("1.00s", 8) == "  1.00s ");
  CHECK(InColumn("0.00", 8) == "  0.00  ");
  CHECK(InColumn("56.20k", 8) == " 56.20k ");
}

}  // namespace
}  // namespace edgewise::wrk
