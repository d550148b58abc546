// ServerSentEvent: what is written, and that nothing in it can look like another event.
#include "handlers/http/server_sent_event.h"

#include <catch2/catch_test_macros.hpp>

namespace edgewise {
namespace {

TEST_CASE("an event has the fields that it was given, in lines, and an empty one") {
  CHECK(ServerSentEvent{.data = "hello"}.Text() == "data: hello\n\n");
  CHECK(ServerSentEvent{.type = "price", .data = "1", .id = "7", .retry = std::chrono::seconds(2)}
            .Text() == "event: price\nid: 7\nretry: 2000\ndata: 1\n\n");
  CHECK(ServerSentEvent{}.Text() == "data: \n\n");
}

TEST_CASE("lines of data come out as lines, whatever ended them") {
  CHECK(ServerSentEvent{.data = "a\nb\r\nc\rd\n"}.Text() ==
        "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
  CHECK(ServerSentEvent{.data = "x\n\nevent: evil"}.Text() ==
        "data: x\ndata: \ndata: event: evil\n\n");
}

TEST_CASE("a name with a line end is cut there") {
  CHECK(ServerSentEvent{.type = "a\ndata: evil", .data = "b", .id = "c\rd"}.Text() ==
        "event: a\nid: c\ndata: b\n\n");
  CHECK(ServerSentEvent{.data = "b", .id = std::string_view("c\0d", 3)}.Text() ==
        "id: c\ndata: b\n\n");
}

}  // namespace
}  // namespace edgewise
