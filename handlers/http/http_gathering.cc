// A head lies in one piece in the input, so one copy takes all of it.
#include "handlers/http/http_gathering.h"

namespace edgewise {

HttpGathering::HttpGathering(const HttpRequest& head, std::uint64_t body_bytes_max)
    : parts_(head.parts()), body_bytes_max_(body_bytes_max) {
  const char* const begin = parts_.method_text.data();
  const char* const end = parts_.header_text.data() + parts_.header_text.size();
  head_.assign(begin, static_cast<std::size_t>(end - begin));
  for (std::string_view* view : {&parts_.method_text, &parts_.target, &parts_.header_text}) {
    *view = {head_.data() + (view->data() - begin), view->size()};
  }
}

HttpRequest HttpGathering::Request() const {
  HttpRequest::Parts parts = parts_;
  parts.body = body_;
  return HttpRequest(parts);
}

}  // namespace edgewise
