// Fields of one line each.
#include "handlers/http/server_sent_event.h"

#include <array>
#include <chrono>

namespace edgewise {
namespace {

constexpr std::string_view kLineEnds("\r\n\0", 3);

void AppendField(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ").append(value).append("\n");
}

std::string_view FirstLine(std::string_view text) {
  return text.substr(0, text.find_first_of(kLineEnds));
}

}  // namespace

std::string ServerSentEvent::Text() const {
  std::string text;
  if (!type.empty()) AppendField(text, "event", FirstLine(type));
  if (!id.empty()) AppendField(text, "id", FirstLine(id));
  if (retry) {
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(*retry);
    AppendField(text, "retry", std::to_string(wait.count()));
  }
  std::string_view rest = data;
  while (true) {
    const std::size_t end = rest.find_first_of("\r\n");
    AppendField(text, "data", rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  text += '\n';
  return text;
}

SendResult BeginEvents(HttpResponder& response) {
  constexpr std::array kNotKept{HttpHeader("Cache-Control", "no-store")};
  return response.Begin({.content_type = "text/event-stream", .headers = kNotKept});
}

}  // namespace edgewise
