// HttpPreconditions: whether a client has what it asks for already, or asks for something else.
#pragma once

#include <cstdint>
#include <string_view>

#include "handlers/http/http_request.h"
#include "reactor/kernel/time.h"

namespace edgewise {

// What a representation is known by. A value. Lifetime of views: the text must outlive it.
struct HttpValidators {
  std::string_view entity_tag;  // strong, with its quotes
  WallTime modified;            // whole seconds
};

enum class HttpPrecondition : std::uint8_t {
  kHolds,        // go on
  kNotModified,  // 304: the client has it
  kFailed,       // 412: it is not what the client means
};

// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since of a GET or HEAD, in
// the order of RFC 9110, 13.2.2. `now` is for dates with two digits for the year.
HttpPrecondition JudgePreconditions(const HttpRequest& request, const HttpValidators& validators,
                                    WallTime now);

// Whether the Range of the request applies: If-Range is absent, or names this very representation.
bool RangeApplies(const HttpRequest& request, const HttpValidators& validators, WallTime now);

}  // namespace edgewise
