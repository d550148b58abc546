// The calendar is that of <chrono>: no time zone, no locale, no C library state.
#include "handlers/http/http_date.h"

#include <charconv>
#include <chrono>

namespace edgewise {
namespace {

constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

void PutTwoDigits(char* at, unsigned value) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
}

// Takes parts off the front of a date, and remembers whether one was not what it must be.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  void Literal(std::string_view literal) {
    if (!rest_.starts_with(literal)) return Refuse();
    rest_.remove_prefix(literal.size());
  }
  // Exactly so many digits, or one digit after a space where `padded` with that.
  unsigned Number(std::size_t digits, bool padded = false) {
    if (padded && rest_.starts_with(' ')) {
      rest_.remove_prefix(1);
      digits = 1;
    }
    unsigned value = 0;
    const std::string_view text = rest_.substr(0, digits);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() != digits || error != std::errc() || end != text.data() + digits) Refuse();
    rest_.remove_prefix(text.size());
    return value;
  }
  // 1 to 12.
  unsigned Month() {
    for (unsigned month = 0; month < 12; ++month) {
      if (!rest_.starts_with(kMonths.substr(3 * month, 3))) continue;
      rest_.remove_prefix(3);
      return month + 1;
    }
    Refuse();
    return 1;
  }
  // The name of a day, which says nothing that the date does not; up to `end`.
  void Weekday(std::string_view end) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos || at < 3 || at > 9) return Refuse();
    rest_.remove_prefix(at + end.size());
  }
  std::chrono::seconds TimeOfDay() {
    const unsigned hours = Number(2);
    Literal(":");
    const unsigned minutes = Number(2);
    Literal(":");
    const unsigned seconds = Number(2);
    if (hours > 23 || minutes > 59 || seconds > 60) Refuse();
    return std::chrono::hours(hours) + std::chrono::minutes(minutes) +
           std::chrono::seconds(seconds);
  }
  bool sound() const { return sound_ && rest_.empty(); }

 private:
  void Refuse() { sound_ = false; }

  std::string_view rest_;
  bool sound_ = true;
};

int YearOf(WallTime time) {
  return static_cast<int>(
      std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(time)).year());
}

// The last year with these two digits that is at most fifty years after this one.
unsigned FullYear(unsigned two_digits, int this_year) {
  int year = this_year - this_year % 100 + 100 + static_cast<int>(two_digits);
  while (year > this_year + 50) year -= 100;
  return static_cast<unsigned>(year);
}

}  // namespace

std::optional<WallTime> ParseHttpDate(std::string_view text, WallTime now) {
  DateReader reader(text);
  unsigned day = 0;
  unsigned month = 0;
  unsigned year = 0;
  std::chrono::seconds time{};
  if (text.size() > 3 && text[3] == ' ') {  // Sun Nov  6 08:49:37 1994
    reader.Weekday(" ");
    month = reader.Month();
    reader.Literal(" ");
    day = reader.Number(2, true);
    reader.Literal(" ");
    time = reader.TimeOfDay();
    reader.Literal(" ");
    year = reader.Number(4);
  } else {
    const bool short_name = text.size() > 3 && text[3] == ',';
    const std::string_view mark = short_name ? " " : "-";
    reader.Weekday(", ");  // Sun, 06 Nov 1994 08:49:37 GMT, or Sunday, 06-Nov-94 08:49:37 GMT
    day = reader.Number(2);
    reader.Literal(mark);
    month = reader.Month();
    reader.Literal(mark);
    year = short_name ? reader.Number(4) : FullYear(reader.Number(2), YearOf(now));
    reader.Literal(" ");
    time = reader.TimeOfDay();
    reader.Literal(" GMT");
  }
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month), std::chrono::day(day));
  // Beyond these years nanoseconds do not fit.
  if (!reader.sound() || !date.ok() || year < 1700 || year > 2250) return std::nullopt;
  return WallTime(std::chrono::sys_days(date) + time);
}

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
