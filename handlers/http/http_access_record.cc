// The two formats.
#include "handlers/http/http_access_record.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "handlers/http/http_date.h"
#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

// nginx's number for a client that went away before its answer.
constexpr int kNoAnswer = 499;

bool NeedsEscape(char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; }

// As Apache's logs have it: \xhh.
void AppendForCommon(std::string& line, std::string_view text) {
  for (const char c : text) {
    if (NeedsEscape(c)) {
      absl::StrAppend(&line, "\\x", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    } else {
      line += c;
    }
  }
}

// A byte that is not ASCII stands for the character of that number: what encoding a client meant is
// not known, and the line must be JSON.
void AppendForJson(std::string& line, std::string_view name, std::string_view text) {
  absl::StrAppend(&line, ",\"", AbslView(name), "\":\"");
  for (const char c : text) {
    if (NeedsEscape(c)) {
      absl::StrAppend(&line, "\\u", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad4));
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

void HttpAccessRecord::Begin(const HttpRequest& request, WallTime now, Time began) {
  method_ = request.method_text();
  target_ = request.target();
  referer_ = request.Header("Referer").value_or("");
  user_agent_ = request.Header("User-Agent").value_or("");
  minor_version_ = request.minor_version();
  at_ = now;
  began_ = began;
  bytes_ = 0;
  status_ = {};
}

std::string_view HttpAccessRecord::Line(AccessLogFormat format, const PeerAddress& peer,
                                        Time ended) {
  std::string who = "-";
  if (peer.family() != AddressFamily::kUnix) {
    who = peer.ToString();
    who.resize(who.rfind(':'));  // without the port
    if (who.starts_with('[')) who = who.substr(1, who.size() - 2);
  }
  line_.clear();
  if (format == AccessLogFormat::kCommon) {
    WriteCommon(who);
  } else {
    WriteJson(who, ended);
  }
  line_ += '\n';
  return line_;
}

// 127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] "GET / HTTP/1.1" 200 13
void HttpAccessRecord::WriteCommon(const std::string& peer) {
  HttpDate date;
  const std::string text(date.At(at_).view());  // Sun, 06 Nov 1994 08:49:37 GMT
  absl::StrAppend(&line_, peer, " - - [", text.substr(5, 2), "/", text.substr(8, 3), "/",
                  text.substr(12, 4), ":", text.substr(17, 8), " +0000] \"");
  if (method_.empty()) {
    line_ += '-';
  } else {
    line_.append(method_).append(" ");
    AppendForCommon(line_, target_);
    absl::StrAppend(&line_, " HTTP/1.", minor_version_);
  }
  absl::StrAppend(&line_, "\" ", status_ == HttpStatus{} ? kNoAnswer : static_cast<int>(status_),
                  " ");
  if (bytes_ == 0) {
    line_ += '-';
  } else {
    absl::StrAppend(&line_, bytes_);
  }
}

void HttpAccessRecord::WriteJson(const std::string& peer, Time ended) {
  const auto day = std::chrono::floor<std::chrono::days>(at_);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::milliseconds>(at_ - day));
  std::array<char, 40> stamp;
  std::snprintf(stamp.data(), stamp.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  absl::StrAppend(&line_, "{\"time\":\"", stamp.data(), "\",\"peer\":\"", peer, "\"");
  AppendForJson(line_, "method", method_);
  AppendForJson(line_, "target", target_);
  absl::StrAppend(&line_, ",\"version\":\"1.", minor_version_,
                  "\",\"status\":", status_ == HttpStatus{} ? kNoAnswer : static_cast<int>(status_),
                  ",\"bytes\":", bytes_, ",\"microseconds\":",
                  std::chrono::duration_cast<std::chrono::microseconds>(ended - began_).count());
  if (!referer_.empty()) AppendForJson(line_, "referer", referer_);
  if (!user_agent_.empty()) AppendForJson(line_, "user_agent", user_agent_);
  line_ += '}';
}

}  // namespace edgewise
