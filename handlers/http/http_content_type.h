// ContentTypeOf: what kind of content a file's name announces.
#pragma once

#include <string_view>

#include "handlers/http/http_header_value.h"

namespace edgewise {

// By the name's extension, in any case of letters: "text/html; charset=utf-8" for "a/index.html".
// "application/octet-stream" for what is not known. Lives for ever.
HttpHeaderValue ContentTypeOf(std::string_view path);

}  // namespace edgewise
