// From a path to a name, from a name to an open file, from there to an answer.
#include "handlers/http/http_files.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "handlers/connection_context.h"
#include "handlers/http/http_content_type.h"
#include "handlers/http/http_date.h"
#include "handlers/http/http_preconditions.h"
#include "handlers/http/http_range.h"
#include "handlers/http/percent_decode.h"
#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

constexpr std::string_view kNothingHere = "there is nothing at this path";

constexpr int kTriesMax = 4;

bool IsPassing(Error error) { return error == Error::kWouldBlock || error == Error::kInterrupted; }

bool IsHidden(std::string_view segment) {
  return segment.starts_with('.') && segment != ".well-known";
}

// The name beneath the root that the encoded path stands for: its segments, decoded, with one slash
// between them, and one at the end if the path has one. None if it names nothing.
std::optional<std::string> NameOf(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  std::string name;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string segment = PercentDecode(path.substr(0, end));
    if (segment.empty() || IsHidden(segment) || segment.find('/') != std::string::npos) {
      return std::nullopt;
    }
    name += segment;
    if (end == path.size()) break;
    name += '/';
    path.remove_prefix(end + 1);
  }
  return name;
}

struct Refusal {
  HttpStatus status;
  std::string_view reason;
};

Refusal RefusalFor(Error error) {
  switch (error) {
    case Error::kAccessDenied:
    case Error::kNotPermitted:
      return {HttpStatus::kForbidden, "this may not be read"};
    case Error::kProcessLimit:
    case Error::kSystemLimit:
    case Error::kNoMemory:
    case Error::kWouldBlock:  // names were being changed, again and again
      return {HttpStatus::kServiceUnavailable, "the server has too much to do; try again"};
    // No such name, a part of it no directory, or it leads out of the root.
    case Error::kNotFound:
    case Error::kNotADirectory:
    case Error::kNameTooLong:
    case Error::kLinkLoop:
    case Error::kCrossDevice:
    case Error::kNoSuchDevice:  // a socket, or what no driver answers for
      return {HttpStatus::kNotFound, kNothingHere};
    default:
      return {HttpStatus::kInternalServerError, "this could not be read"};
  }
}

// The time of its last change in nanoseconds, and its size: the same on every machine that has a
// copy with its times. Two writes of one size within a tick of the system's clock look the same.
std::string EntityTag(const FileInfo& info) {
  return absl::StrCat("\"", absl::Hex(info.modified.time_since_epoch().count()), "-",
                      absl::Hex(info.bytes), "\"");
}

// To the name of a directory with its slash. (A target with two slashes in front would name another
// host.)
void Redirect(const HttpRequest& request, HttpResponder& response) {
  const std::string query(request.query());
  const std::string target =
      absl::StrCat(AbslView(request.path()), "/", query.empty() ? "" : "?", query);
  const std::optional<HttpHeader> location = HttpHeader::From("Location", target);
  if (!location || target.starts_with("//")) {
    response.SendError(HttpStatus::kNotFound, kNothingHere);
    return;
  }
  response.SendError(HttpStatus::kMovedPermanently, "this is a directory; see " + target,
                     std::array{*location});
}

}  // namespace

// A file that was opened, and what is known of it.
struct HttpFiles::Found {
  std::unique_ptr<OpenFile> file;
  FileInfo info;
};

absl::StatusOr<std::unique_ptr<HttpFiles>> HttpFiles::Open(std::string_view root,
                                                           HttpFilesOptions options,
                                                           Kernel& kernel) {
  const std::string shown(root);
  const HandleResult directory = kernel.OpenDirectory(root);
  if (!directory.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the directory ", shown, " cannot be served: ", ErrorText(directory.error()),
                     "; name a directory that this user may enter"));
  }
  auto handle = std::make_unique<OpenFile>(kernel, directory.handle());
  const HandleResult itself = kernel.OpenBeneath(directory.handle(), ".");
  if (!itself.ok() && itself.error() != Error::kAccessDenied) {
    return absl::FailedPreconditionError(absl::StrCat(
        "files beneath ", shown, " cannot be opened safely: ", ErrorText(itself.error()),
        "; openat2 is needed, which Linux has since 5.6 and a container may forbid"));
  }
  if (itself.ok()) static_cast<void>(kernel.Close(itself.handle()));
  return std::make_unique<HttpFiles>(std::move(handle), std::move(options), kernel);
}

void HttpFiles::Answer(const HttpRequest& request, std::string_view path,
                       HttpResponder& response) const {
  if (request.method() != HttpMethod::kGet && request.method() != HttpMethod::kHead) {
    constexpr std::array kAllow{HttpHeader("Allow", "GET, HEAD")};
    response.SendError(HttpStatus::kMethodNotAllowed, "files have GET and HEAD", kAllow);
    return;
  }
  if (!IsDecodable(path)) {
    response.SendError(HttpStatus::kBadRequest,
                       "the path has an escape that is malformed, or stands for NUL");
    return;
  }
  std::optional<std::string> name = NameOf(path);
  const bool is_index = name && (name->empty() || name->ends_with('/'));
  if (is_index) *name += index_;
  if (!name || (is_index && index_.empty())) {
    response.SendError(HttpStatus::kNotFound, kNothingHere);
    return;
  }
  HandleResult opened = HandleResult::Failure(Error::kWouldBlock);
  // The kernel asks to try again when names were being changed while it looked.
  for (int i = 0; i < kTriesMax && IsPassing(opened.error()); ++i) {
    opened = kernel_.OpenBeneath(root_->handle(), *name);
  }
  Found found;
  if (opened.ok()) {
    found.file = std::make_unique<OpenFile>(kernel_, opened.handle());
    found.info = kernel_.Inspect(opened.handle());
  }
  const Error error = opened.ok() ? found.info.error : opened.error();
  if (error != Error::kNone) {
    const Refusal refusal = RefusalFor(error);
    response.SendError(refusal.status, refusal.reason);
    return;
  }
  if (found.info.kind == FileKind::kDirectory && !is_index) return Redirect(request, response);
  if (found.info.kind != FileKind::kRegular) {
    response.SendError(HttpStatus::kNotFound, kNothingHere);
    return;
  }
  SendFound(request, *name, response, std::move(found));
}

void HttpFiles::SendFound(const HttpRequest& request, const std::string& name,
                          HttpResponder& response, Found found) const {
  const WallTime now = kernel_.WallNow();
  const std::string tag = EntityTag(found.info);
  // A file from the future is not said to be: RFC 9110, 8.8.2.1.
  const HttpValidators validators{
      .entity_tag = tag,
      .modified = std::chrono::floor<std::chrono::seconds>(std::min(found.info.modified, now))};
  HttpDate date;
  const std::string modified(date.At(validators.modified).view());
  const std::uint64_t size = found.info.bytes;
  HttpRange range{.bytes = size};
  const std::optional<std::string_view> wish = request.Header("Range");
  if (wish && request.method() == HttpMethod::kGet && RangeApplies(request, validators, now)) {
    range = HttpRange::Of(*wish, size);
  }
  const std::string content_range =
      range.kind == HttpRange::Kind::kPart
          ? absl::StrCat("bytes ", range.offset, "-", range.offset + range.bytes - 1, "/", size)
          : absl::StrCat("bytes */", size);
  const HttpHeader content_range_header = *HttpHeader::From("Content-Range", content_range);
  std::array<HttpHeader, 6> headers{*HttpHeader::From("ETag", tag),
                                    *HttpHeader::From("Last-Modified", modified),
                                    HttpHeader("Accept-Ranges", "bytes"),
                                    HttpHeader("X-Content-Type-Options", "nosniff"),
                                    content_range_header,
                                    content_range_header};
  std::size_t count = 4;
  if (!cache_control_.empty()) {
    headers[count++] = *HttpHeader::From("Cache-Control", cache_control_);
  }
  switch (JudgePreconditions(request, validators, now)) {
    case HttpPrecondition::kNotModified:
      response.Send(
          {.status = HttpStatus::kNotModified, .headers = std::span(headers).first(count)}, {});
      return;
    case HttpPrecondition::kFailed:
      response.SendError(HttpStatus::kPreconditionFailed,
                         "this is not, or no longer, what the conditions of the request name");
      return;
    case HttpPrecondition::kHolds:
      break;
  }
  HttpStatus status = HttpStatus::kOk;
  if (range.kind != HttpRange::Kind::kWhole) headers[count++] = content_range_header;
  if (range.kind == HttpRange::Kind::kPart) status = HttpStatus::kPartialContent;
  if (range.kind == HttpRange::Kind::kUnsatisfiable) {
    // Nothing by which a cache could take this for the file.
    response.SendError(HttpStatus::kRangeNotSatisfiable, "there are no such bytes in it",
                       std::array{content_range_header});
    return;
  }
  response.SendFile({.status = status,
                     .content_type = ContentTypeOf(name),
                     .headers = std::span(headers).first(count)},
                    {.file = std::move(found.file), .offset = range.offset, .bytes = range.bytes});
}

}  // namespace edgewise
