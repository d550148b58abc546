// Each rule here is one that Boost.Beast's parser leaves open.
#include "handlers/http/http_policy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace edgewise {
namespace {

constexpr std::string_view kVersionTail11 = " HTTP/1.1";
constexpr std::string_view kVersionTail10 = " HTTP/1.0";
constexpr std::size_t kVersionTailSize = kVersionTail11.size();

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What a registered name, an IP literal and a port are made of (RFC 3986, 3.2.2).
constexpr auto kHostCharacters = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789-._~%!$&'()*+,;=:[]")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool IsHost(std::string_view value) {
  for (const char c : value) {
    if (!kHostCharacters[static_cast<unsigned char>(c)]) {
      return false;
    }
  }
  return true;
}

// Why a request line that ends in neither of our versions is refused.
HttpRefusal WrongVersion(std::string_view line) {
  if (line.empty()) {
    return HttpRefusal::kEmptyRequestLine;
  }
  const std::size_t space = line.rfind(' ');
  if (space == std::string_view::npos || space == 0) {
    return HttpRefusal::kBadRequestLine;
  }
  const std::string_view last = line.substr(space + 1);
  const bool version_shaped = last.size() == 8 && last.substr(0, 5) == "HTTP/" &&
                              IsDigit(last[5]) && last[6] == '.' && IsDigit(last[7]);
  if (version_shaped) {
    return HttpRefusal::kVersionUnknown;
  }
  // The whole of an HTTP/0.9 request is a method, one space and a path.
  const bool without_version =
      line.find(' ') == space && !last.empty() && last.front() == '/' &&
      std::all_of(last.begin(), last.end(), [](char c) { return c > ' '; });
  return without_version ? HttpRefusal::kVersionMissing : HttpRefusal::kBadRequestLine;
}

constexpr std::uint64_t kEachByte = 0x0101010101010101;

// Bytes of `word` that are not ASCII or are '#', as bits of 0x80. (A borrow from a '#' may mark the
// byte above it too; that some byte is marked is all that counts.)
std::uint64_t ForbiddenIn(std::uint64_t word) {
  const std::uint64_t zero_where_hash = word ^ (kEachByte * '#');
  return (word | ((zero_where_hash - kEachByte) & ~zero_where_hash)) & (kEachByte * 0x80);
}

// Whether `text` is ASCII without '#'. Eight bytes at a time: this runs over each target.
bool IsTargetText(std::string_view text) {
  std::uint64_t word = 0;
  if (text.size() < sizeof(word)) {
    std::memcpy(&word, text.data(), text.size());
    return ForbiddenIn(word) == 0;
  }
  std::uint64_t forbidden = 0;
  const std::size_t last = text.size() - sizeof(word);
  for (std::size_t at = 0; at < last; at += sizeof(word)) {
    std::memcpy(&word, text.data() + at, sizeof(word));
    forbidden |= ForbiddenIn(word);
  }
  std::memcpy(&word, text.data() + last, sizeof(word));
  return (forbidden | ForbiddenIn(word)) == 0;
}

// "http://host..." or "https://host...".
bool IsAbsolute(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (EqualsIgnoringCase(target.substr(0, scheme.size()), scheme)) {
      const std::string_view rest = target.substr(scheme.size());
      const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
      return !authority.empty() && IsHost(authority);
    }
  }
  return false;
}

}  // namespace

HttpRefusal CheckRequestLine(std::string_view line) {
  if (line.size() > kVersionTailSize) [[likely]] {
    const char* const tail = line.data() + line.size() - kVersionTailSize;
    if (std::memcmp(tail, kVersionTail11.data(), kVersionTailSize) == 0 ||
        std::memcmp(tail, kVersionTail10.data(), kVersionTailSize) == 0) [[likely]] {
      return HttpRefusal::kNone;
    }
  }
  return WrongVersion(line);
}

HttpRefusal CheckTarget(HttpMethod method, std::string_view target) {
  if (!IsTargetText(target)) [[unlikely]] {
    return HttpRefusal::kBadTarget;
  }
  if (method == HttpMethod::kConnect) [[unlikely]] {
    return IsHost(target) ? HttpRefusal::kNone : HttpRefusal::kBadTarget;
  }
  if (target.front() == '/') [[likely]] {
    return HttpRefusal::kNone;
  }
  const bool whole_server = method == HttpMethod::kOptions && target == "*";
  return whole_server || IsAbsolute(target) ? HttpRefusal::kNone : HttpRefusal::kBadTarget;
}

HttpRefusal HttpFieldPolicy::Host(std::string_view value) {
  if (has_host_) {
    return HttpRefusal::kHostRepeated;
  }
  has_host_ = true;
  return IsHost(value) ? HttpRefusal::kNone : HttpRefusal::kBadHost;
}

HttpRefusal HttpFieldPolicy::ContentLength(std::string_view value) {
  if (has_length_) {
    return HttpRefusal::kContentLengthRepeated;
  }
  has_length_ = true;
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  for (const char c : value) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (!IsDigit(c) || content_length_ > (kMax - digit) / 10) {
      return HttpRefusal::kBadContentLength;
    }
    content_length_ = content_length_ * 10 + digit;
  }
  return value.empty() ? HttpRefusal::kBadContentLength : HttpRefusal::kNone;
}

void HttpFieldPolicy::TransferEncoding(std::string_view value) {
  if (has_encoding_ || !EqualsIgnoringCase(value, "chunked")) has_other_encoding_ = true;
  has_encoding_ = true;
}

void HttpFieldPolicy::Connection(std::string_view value) {
  wants_close_ = wants_close_ || ListHasToken(value, "close");
  wants_keep_alive_ = wants_keep_alive_ || ListHasToken(value, "keep-alive");
}

HttpRefusal HttpFieldPolicy::Verdict(int minor_version) const {
  if (!has_host_ && minor_version >= 1) [[unlikely]] {
    return HttpRefusal::kHostMissing;
  }
  if (has_encoding_) [[unlikely]] {
    if (has_length_) {
      return HttpRefusal::kLengthAndEncoding;
    }
    if (minor_version == 0) {
      return HttpRefusal::kEncodingOnOldVersion;
    }
    return has_other_encoding_ ? HttpRefusal::kEncodingUnsupported : HttpRefusal::kNone;
  }
  return HttpRefusal::kNone;
}

}  // namespace edgewise
