// One reader of escapes serves all of them.
#include "handlers/http/percent_decode.h"

#include <cstddef>

#include "reactor/check.h"

namespace edgewise {
namespace {

constexpr std::size_t kEscapeBytes = 3;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte of the escape at the front of `text`; -1 if it is none.
int EscapedByte(std::string_view text) {
  if (text.size() < kEscapeBytes) return -1;
  const int high = HexDigit(text[1]);
  const int low = HexDigit(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// Takes one byte, decoded, off the front of `text`. REQUIRES: not empty, decodable.
char TakeDecoded(std::string_view& text) {
  if (text.front() != '%') {
    const char plain = text.front();
    text.remove_prefix(1);
    return plain;
  }
  const int byte = EscapedByte(text);
  EDGEWISE_CHECK(byte >= 0, "a path was decoded that IsDecodable refuses");
  text.remove_prefix(kEscapeBytes);
  return static_cast<char>(byte);
}

}  // namespace

bool IsDecodable(std::string_view path) {
  std::size_t at = path.find('%');
  while (at != std::string_view::npos) {
    if (EscapedByte(path.substr(at)) <= 0) return false;
    at = path.find('%', at + kEscapeBytes);
  }
  return true;
}

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) decoded += TakeDecoded(text);
  return decoded;
}

bool SegmentIs(std::string_view segment, std::string_view plain) {
  while (!segment.empty() && !plain.empty()) {
    if (TakeDecoded(segment) != plain.front()) return false;
    plain.remove_prefix(1);
  }
  return segment.empty() && plain.empty();
}

bool IsDotSegment(std::string_view segment) {
  return SegmentIs(segment, ".") || SegmentIs(segment, "..");
}

}  // namespace edgewise
