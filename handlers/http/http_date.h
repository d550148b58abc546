// HttpDate: the Date header's text, made anew once a second.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

#include "handlers/http/http_date_text.h"
#include "reactor/kernel/time.h"

namespace edgewise {

// Writes a time as an IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT") and keeps the text for as long
// as the second lasts: a server asks for it with every response.
//
// Threading: one thread at a time; each reactor has its own. Lifetime of views: until the next call
// of `At`. Limits: any time that `WallTime` can hold.
//
//   HttpDate date;
//   ...
//   head.date = date.At(kernel.WallNow());
class HttpDate {
 public:
  // The text for the second that `now` is in.
  HttpDateText At(WallTime now) {
    const Duration since = now - second_;
    if (since < Duration::zero() || since >= std::chrono::seconds(1)) [[unlikely]] {
      Write(now);
    }
    return HttpDateText(text_.data());
  }

 private:
  void Write(WallTime now);

  // The second that `text_` says.
  WallTime second_{};
  std::array<char, HttpDateText::kBytes> text_ = {'T', 'h', 'u', ',', ' ', '0', '1', ' ', 'J', 'a',
                                                  'n', ' ', '1', '9', '7', '0', ' ', '0', '0', ':',
                                                  '0', '0', ':', '0', '0', ' ', 'G', 'M', 'T'};
};

// The time that a header field names, to the second. All three forms of RFC 9110, 5.6.7: the
// IMF-fixdate that HttpDate writes, RFC 850's and asctime's. None if `text` is no such date; a date
// of RFC 850 has two digits for the year, which stand for one at most fifty years after `now`.
std::optional<WallTime> ParseHttpDate(std::string_view text, WallTime now);

}  // namespace edgewise
