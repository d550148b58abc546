// What needs no template.
#include "handlers/http/http_routes.h"

#include <string>

#include "reactor/check.h"
#include "reactor/kernel/text.h"

namespace edgewise::http_internal {

void AddRoute(HttpRouter& router, HttpMethod method, std::string_view pattern, std::size_t route) {
  const absl::Status status = router.Add(method, pattern, route);
  const std::string why(StdView(status.message()));
  EDGEWISE_CHECK(status.ok(), why.c_str());
}

}  // namespace edgewise::http_internal
