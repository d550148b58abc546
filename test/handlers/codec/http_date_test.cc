// HttpDate: the calendar, and the second that is kept.
#include "handlers/http/http_date.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <ctime>
#include <string>
#include <string_view>

namespace edgewise {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

std::string At(std::int64_t second) {
  return std::string(HttpDate().At(WallTime(seconds(second))));
}

TEST_CASE("a date is written as HTTP wants it") {
  CHECK(At(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(At(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(At(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
  CHECK(At(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(At(4107542400) == "Mon, 01 Mar 2100 00:00:00 GMT");
}

TEST_CASE("dates agree with the C library over three centuries") {
  HttpDate date;
  for (std::int64_t second = -86400; second < 9'000'000'000; second += 7'777'777) {
    const auto time = static_cast<std::time_t>(second);
    std::tm parts{};
    REQUIRE(gmtime_r(&time, &parts) != nullptr);
    std::array<char, 64> expected{};
    const std::size_t size =
        std::strftime(expected.data(), expected.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    REQUIRE(date.At(WallTime(seconds(second))).view() == std::string_view(expected.data(), size));
  }
}

TEST_CASE("within a second the text stays, at its end it changes, and time may run backwards") {
  HttpDate date;
  const WallTime start{seconds(784111777)};
  const std::string first(date.At(start + milliseconds(1)));
  CHECK(date.At(start + nanoseconds(999'999'999)).view() == first);
  CHECK(date.At(start).view() == first);
  CHECK(date.At(start + seconds(1)).view() == "Sun, 06 Nov 1994 08:49:38 GMT");
  CHECK(date.At(start - nanoseconds(1)).view() == "Sun, 06 Nov 1994 08:49:36 GMT");
}

TEST_CASE("a date that was never made is empty") { CHECK(HttpDateText().view().empty()); }

TEST_CASE("all three forms of a date are read, and say the same") {
  const WallTime expected{std::chrono::seconds(784111777)};
  const WallTime now{std::chrono::seconds(1'700'000'000)};
  CHECK(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT", now) == expected);
  CHECK(ParseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", now) == expected);
  CHECK(ParseHttpDate("Sun Nov  6 08:49:37 1994", now) == expected);
  CHECK(ParseHttpDate("Sun Nov 16 08:49:37 1994", now) == expected + std::chrono::days(10));
  HttpDate date;
  CHECK(ParseHttpDate(date.At(now).view(), now) == now);
}

TEST_CASE("a year of two digits is the last one that is at most fifty years ahead") {
  const WallTime now{std::chrono::seconds(1'700'000'000)};  // 2023
  const auto year_of = [&](const char* text) {
    const auto date = ParseHttpDate(text, now);
    REQUIRE(date.has_value());
    return static_cast<int>(
        std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*date)).year());
  };
  CHECK(year_of("Monday, 01-Jan-73 00:00:00 GMT") == 2073);
  CHECK(year_of("Monday, 01-Jan-74 00:00:00 GMT") == 1974);
  CHECK(year_of("Monday, 01-Jan-23 00:00:00 GMT") == 2023);
}

TEST_CASE("text that is no date is none") {
  const WallTime now{std::chrono::seconds(1'700'000'000)};
  for (const char* text : {"",
                           " ",
                           "0",
                           "Sun",
                           "Sun,",
                           "Sun, ",
                           "Sun, 06 Nov 1994",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 UTC",
                           "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Fri, 06 Nov 1699 08:49:37 GMT",
                           "Fri, 06 Nov 2251 08:49:37 GMT",
                           "Su, 06 Nov 1994 08:49:37 GMT",
                           "Sundaysunday, 06-Nov-94 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT ",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 Nox 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:49:37 GMT",
                           "Sun, 06 Nov 1994 08:60:37 GMT",
                           "Sun, 06 Nov 9994 08:49:37 GMT",
                           "Sun, +6 Nov 1994 08:49:37 GMT",
                           "Sunday, 06-Nov-1994 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 94",
                           "Sun Nov    08:49:37 1994",
                           "Sun, 00 Nov 1994 08:49:37 GMT"}) {
    INFO(text);
    CHECK_FALSE(ParseHttpDate(text, now).has_value());
  }
}

}  // namespace
}  // namespace edgewise
