// HttpResponseHead: the bytes of a response's head.
#include "handlers/http/http_response_head.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace edgewise {
namespace {

std::string Written(const HttpResponseHead& head) {
  std::vector<char> out(head.SizeMax());
  return std::string(out.data(), head.WriteTo(out));
}

TEST_CASE("a plain 200 says all that it must") {
  HttpDate date;
  const HttpResponseHead head{.content_type = "text/plain",
                              .content_length = 13,
                              .date = date.At(WallTime(std::chrono::seconds(784111777)))};
  CHECK(Written(head) ==
        "HTTP/1.1 200 OK\r\nServer: edgewise\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Type: text/plain\r\nContent-Length: 13\r\n\r\n");
}

TEST_CASE("parts that are not given are not written") {
  CHECK(Written({}) == "HTTP/1.1 200 OK\r\nServer: edgewise\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("the connection's fate is said where it is not implied") {
  CHECK(Written({.persistence = HttpPersistence::kClose}).find("\r\nConnection: close\r\n") !=
        std::string::npos);
  CHECK(Written({.persistence = HttpPersistence::kKeepAlive})
            .find("\r\nConnection: keep-alive\r\n") != std::string::npos);
}

TEST_CASE("the answer's persistence follows from the request") {
  const auto persistence = [](std::uint8_t minor_version, bool keep_alive) {
    return PersistenceFor(HttpRequest({.minor_version = minor_version, .keep_alive = keep_alive}));
  };
  CHECK(persistence(1, true) == HttpPersistence::kImplied);
  CHECK(persistence(1, false) == HttpPersistence::kClose);
  CHECK(persistence(0, true) == HttpPersistence::kKeepAlive);
  CHECK(persistence(0, false) == HttpPersistence::kClose);
}

TEST_CASE("a status that has no body announces none") {
  for (const HttpStatus status :
       {HttpStatus::kNoContent, HttpStatus::kNotModified, static_cast<HttpStatus>(101)}) {
    const std::string text =
        Written({.status = status, .content_type = "text/plain", .content_length = 5});
    CHECK(text.find("Content-") == std::string::npos);
  }
  CHECK(Written({.status = HttpStatus::kNoContent}) ==
        "HTTP/1.1 204 No Content\r\nServer: edgewise\r\n\r\n");
}

TEST_CASE("numbers of any size are written in full") {
  const auto length = [](std::uint64_t number) {
    const std::string text = Written({.content_length = number});
    const std::size_t begin = text.find("Content-Length: ") + 16;
    return text.substr(begin, text.size() - 4 - begin);
  };
  CHECK(length(9) == "9");
  CHECK(length(10) == "10");
  CHECK(length(1234567890) == "1234567890");
  CHECK(length(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("every named status has its phrase") {
  CHECK(Written({.status = HttpStatus::kNotFound}).substr(0, 24) == "HTTP/1.1 404 Not Found\r\n");
  CHECK(ReasonPhrase(HttpStatus::kHeadersTooLarge) == "Request Header Fields Too Large");
  CHECK(ReasonPhrase(static_cast<HttpStatus>(299)) == "Unknown");
}

TEST_CASE("further headers are written in their order") {
  const std::string made_at_run_time = "/elsewhere";
  const auto location = HttpHeader::From("Location", made_at_run_time);
  REQUIRE(location.has_value());
  const std::array<HttpHeader, 2> headers = {*location, HttpHeader("X-Empty", "")};
  const std::string text = Written({.status = HttpStatus::kFound, .headers = headers});
  CHECK(text ==
        "HTTP/1.1 302 Found\r\nServer: edgewise\r\nContent-Length: 0\r\n"
        "Location: /elsewhere\r\nX-Empty: \r\n\r\n");
}

TEST_CASE("a head is written only where it surely fits") {
  const std::string value(500, 'v');
  const std::array<HttpHeader, 1> headers = {*HttpHeader::From("Long", value)};
  const HttpResponseHead head{.status = HttpStatus::kHeadersTooLarge,
                              .persistence = HttpPersistence::kKeepAlive,
                              .content_type = "text/plain",
                              .content_length = std::numeric_limits<std::uint64_t>::max(),
                              .headers = headers};
  std::vector<char> small(head.SizeMax() - 1, '?');
  CHECK(head.WriteTo(small) == 0);
  CHECK(small == std::vector<char>(small.size(), '?'));
  // Exactly SizeMax() bytes are enough: AddressSanitizer would see one too many.
  CHECK(Written(head).size() > value.size());
}

TEST_CASE("a header value cannot hold a line end or another control byte") {
  using std::string_view_literals::operator""sv;
  for (const std::string_view value :
       {"a\r\nSet-Cookie: b"sv, "a\nb"sv, "a\rb"sv, "a\0b"sv, "\x7f"sv, "\x1f"sv}) {
    CHECK_FALSE(HttpHeaderValue::From(value).has_value());
    CHECK_FALSE(HttpHeader::From("A", value).has_value());
  }
  CHECK(HttpHeaderValue::From("tab\tand \xc3\xa4")->text() == "tab\tand \xc3\xa4");
}

TEST_CASE("a header name is a token, and none that the framing owns") {
  for (const std::string_view name :
       {"", "a b", "a:", "a\r", "\xc3\xa4", "Content-Length", "TRANSFER-ENCODING", "connection"}) {
    CHECK_FALSE(HttpHeader::From(name, "x").has_value());
  }
  CHECK(HttpHeader::From("X-A_1~", "x").has_value());
}

}  // namespace
}  // namespace edgewise
