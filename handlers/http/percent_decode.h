// A request's path in segments, compared and decoded without copying it first.
#pragma once

#include <string>
#include <string_view>

namespace edgewise {

// What '/' separates is cut before anything is decoded, so "%2F" is a byte of its segment and never
// a separator. Thread safety: any thread. Nothing here allocates but `PercentDecode`.

// Whether each '%' in `path` is followed by two hexadecimal digits, and none stands for NUL.
bool IsDecodable(std::string_view path);

// What the percent-encoded `text` stands for. REQUIRES: IsDecodable(text).
std::string PercentDecode(std::string_view text);

// Whether `segment`, percent-encoded, stands for `plain`. REQUIRES: IsDecodable(segment).
bool SegmentIs(std::string_view segment, std::string_view plain);

// "." and "..", encoded or not: segments that a path which names one thing does not have.
bool IsDotSegment(std::string_view segment);

}  // namespace edgewise
