// Fuzz target of what is read from single header fields and from paths: ranges, dates, entity tags,
// escapes, routes; and of the access log, which writes what clients sent.
//
// The fuzzer's bytes: eight for a size, all the rest is the text.
#include <cstring>

#include "absl/strings/str_cat.h"
#include "handlers/http/http_access_record.h"
#include "handlers/http/http_content_type.h"
#include "handlers/http/http_date.h"
#include "handlers/http/http_preconditions.h"
#include "handlers/http/http_range.h"
#include "handlers/http/http_router.h"
#include "handlers/http/percent_decode.h"
#include "reactor/kernel/text.h"
#include "test/fuzz/differential.h"

namespace edgewise {
namespace {

constexpr std::string_view kTag = "\"tag\"";
constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

void CheckRange(std::string_view text, std::uint64_t size) {
  const HttpRange range = HttpRange::Of(text, size);
  if (range.kind == HttpRange::Kind::kUnsatisfiable) return;
  Require(range.offset <= size && range.bytes <= size - range.offset, "a range is of the file");
  if (range.kind == HttpRange::Kind::kPart) {
    Require(range.bytes != 0, "a part is not empty");
  } else {
    Require(range.offset == 0 && range.bytes == size, "the whole is all of it");
  }
}

void CheckDate(std::string_view text) {
  const std::optional<WallTime> date = ParseHttpDate(text, kNow);
  if (!date) return;
  HttpDate writer;
  const std::optional<WallTime> again = ParseHttpDate(writer.At(*date).view(), kNow);
  Require(again == date, "a date that was read is written as the same");
}

// The text as each of the conditional fields, alone and with the true tag behind it.
void CheckPreconditions(std::string_view text) {
  if (text.find_first_of("\r\n") != std::string_view::npos) return;  // no field's value
  const HttpValidators validators{.entity_tag = kTag, .modified = kNow};
  const auto with = [&](std::string_view name, std::string_view value) {
    const std::string line = absl::StrCat(AbslView(name), ": ", AbslView(value), "\r\n");
    const HttpRequest request({.header_text = line});
    const bool applies = RangeApplies(request, validators, kNow);
    Require(applies || name == "If-Range", "only If-Range says whether a range applies");
    return JudgePreconditions(request, validators, kNow);
  };
  Require(with("If-Match", text) != HttpPrecondition::kNotModified, "If-Match: 412 or go on");
  Require(with("If-None-Match", text) != HttpPrecondition::kFailed, "If-None-Match: 304 or go on");
  Require(with("If-Modified-Since", text) != HttpPrecondition::kFailed, "304 or go on");
  Require(with("If-Unmodified-Since", text) != HttpPrecondition::kNotModified, "412 or go on");
  with("If-Range", text);
  if (text.find_first_of("\"") == std::string_view::npos) return;
  const std::string list = absl::StrCat(AbslView(kTag), ",", AbslView(text));
  Require(with("If-None-Match", list) == HttpPrecondition::kNotModified, "the tag is in the list");
}

void CheckPath(std::string_view text) {
  static const HttpRouter& router = *[] {
    static HttpRouter made;
    std::size_t route = 0;
    for (const std::string_view pattern :
         {"/", "/a", "/a/{id}", "/a/{id}/b", "/{any}/b/{rest...}"}) {
      Require(made.Add(HttpMethod::kGet, pattern, route++).ok(), "the pattern is one");
    }
    return &made;
  }();
  const HttpRouteMatch match = router.Match(HttpMethod::kGet, text);
  const bool decodable = IsDecodable(text);
  Require(decodable || match.kind == HttpRouteMatch::Kind::kBadPath, "a bad escape has no route");
  if (match.kind == HttpRouteMatch::Kind::kFound) {
    for (const std::string_view name : {"id", "any", "rest"}) {
      const std::optional<std::string_view> value = match.parameters.Encoded(name);
      if (!value) continue;
      Require(Within(*value, text), "a parameter is a part of the path");
      Require(name == "rest" || value->find('/') == std::string_view::npos, "of one segment");
      Require(!IsDotSegment(*value), "no parameter leads upwards");
    }
  }
  static_cast<void>(ContentTypeOf(text));
  if (!decodable) return;
  const std::string decoded = PercentDecode(text);
  Require(decoded.size() <= text.size(), "decoding makes nothing longer");
  Require(SegmentIs(text, decoded), "what is decoded is what it stands for");
}

void CheckAccessLog(std::string_view text) {
  if (text.find_first_of("\r\n") != std::string_view::npos) return;  // no head has these
  const std::string line = absl::StrCat("Referer: ", AbslView(text), "\r\n");
  HttpAccessRecord record;
  record.Begin(HttpRequest({.method_text = "GET", .target = text, .header_text = line}), kNow, {});
  for (const auto format : {AccessLogFormat::kCommon, AccessLogFormat::kJson}) {
    const std::string_view written = record.Line(format, PeerAddress(), {});
    Require(written.find('\n') == written.size() - 1, "a line is one line");
    for (const char c : written.substr(0, written.size() - 1)) {
      Require(c >= ' ' && c <= '~', "a line is printable");
    }
    const auto quotes = std::count(written.begin(), written.end(), '"');
    Require(format == AccessLogFormat::kJson ? quotes % 2 == 0 : quotes == 2, "quotes are escaped");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::uint64_t file_size = 0;
  if (size < sizeof(file_size)) return 0;
  std::memcpy(&file_size, data, sizeof(file_size));
  // A copy of its very size, so that the sanitizer sees each byte that is read beyond.
  const std::vector<char> copy(data + sizeof(file_size), data + size);
  const std::string_view text(copy.data(), copy.size());
  CheckRange(text, file_size);
  CheckDate(text);
  CheckPreconditions(text);
  CheckPath(text);
  CheckAccessLog(text);
  return 0;
}

}  // namespace edgewise
