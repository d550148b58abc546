// The calendar is that of <chrono>: no time zone, no locale, no C library state.
#include "handlers/http/http_date.h"

#include <chrono>

namespace edgewise {
namespace {

constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

void PutTwoDigits(char* at, unsigned value) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

void HttpDate::Write(WallTime now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(second - day);
  char* const text = text_.data();
  kWeekdays.copy(text, 3, 3 * std::chrono::weekday(day).c_encoding());
  PutTwoDigits(text + 5, static_cast<unsigned>(date.day()));
  kMonths.copy(text + 8, 3, 3 * (static_cast<unsigned>(date.month()) - 1));
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  PutTwoDigits(text + 12, year / 100);
  PutTwoDigits(text + 14, year % 100);
  PutTwoDigits(text + 17, static_cast<unsigned>(time.hours().count()));
  PutTwoDigits(text + 20, static_cast<unsigned>(time.minutes().count()));
  PutTwoDigits(text + 23, static_cast<unsigned>(time.seconds().count()));
  second_ = second;
}

}  // namespace edgewise
