// ParseHttpHead: from the text of a complete head to its parts and a verdict.
#pragma once

#include <cstddef>
#include <string_view>

#include "handlers/http/http_policy.h"
#include "handlers/http/http_refusal.h"
#include "handlers/http/http_request.h"

namespace edgewise {

// What a head says. A value; its views are of the text that was parsed.
struct HttpHead {
  HttpRequest::Parts parts;  // but for header_text, keep_alive and the body
  HttpFieldPolicy fields;    // how the body is framed, and whether the connection stays
};

// Parses `text`, which ends with the empty line; its lines are known to end with CRLF, not to be
// folded, and to begin with a sound request line. kNone, and `parsed` is filled in; or why the head
// is refused. Nothing is kept and nothing allocated.
HttpRefusal ParseHttpHead(std::string_view text, std::size_t headers_max, HttpHead& parsed);

}  // namespace edgewise
