// ServerSentEvent: one event of a stream that a browser's EventSource reads.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "handlers/http/http_responder.h"
#include "reactor/kernel/time.h"

namespace edgewise {

// As the HTML standard has it ("Server-sent events"). A passive description.
//
// Threading: a value. Lifetime of views: they must live until `Text` returns.
//
//   edgewise::BeginEvents(response);
//   response.Write(edgewise::ServerSentEvent{.type = "price", .data = "12.5"}.Text());
struct ServerSentEvent {
  // The name that listeners are added for; empty: "message".
  std::string_view type{};
  // Any text; its lines come out as they went in, ended by line feeds.
  std::string_view data{};
  // What a client that comes again says it saw last (Last-Event-ID); empty: not sent.
  std::string_view id{};
  // How long a client waits before it comes again.
  std::optional<Duration> retry{};

  // What is to be written. A line end or NUL in `type` or `id` ends it: nothing in an event can
  // look like another one.
  std::string Text() const;
};

// Begins the answer: 200, its type, and that nobody on the way may keep it. Then write events; and
// when there are none for long, a comment (":\n\n"), so that a client that went away is noticed.
// REQUIRES: as HttpResponder::Send.
SendResult BeginEvents(HttpResponder& response);

}  // namespace edgewise
