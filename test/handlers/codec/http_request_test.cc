// HttpRequest: reading headers, paths and lists again from their text.
#include "handlers/http/http_request.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace edgewise {
namespace {

HttpRequest WithHeaders(std::string_view text) { return HttpRequest({.header_text = text}); }

HttpRequest WithTarget(std::string_view target) { return HttpRequest({.target = target}); }

TEST_CASE("headers are walked in order, with the white space around values left out") {
  const HttpRequest request = WithHeaders("A: 1\r\nb:2\r\nC:\r\nD: \t x : y \t\r\nA: 3\r\n");
  std::vector<std::string> seen;
  for (const HttpField& field : request.headers()) {
    seen.push_back(std::string(field.name) + "=" + std::string(field.value));
  }
  CHECK(seen == std::vector<std::string>{"A=1", "b=2", "C=", "D=x : y", "A=3"});
}

TEST_CASE("a header is found in any case of letters, and the first of its name") {
  const HttpRequest request = WithHeaders("Host: h\r\nX-One: 1\r\nx-one: 2\r\nEmpty:\r\n");
  CHECK(request.Header("x-ONE") == "1");
  CHECK(request.Header("host") == "h");
  CHECK(request.Header("empty") == "");
  CHECK(request.Header("x-on") == std::nullopt);
  CHECK(request.Header("") == std::nullopt);
}

TEST_CASE("letters are equal without case, and nothing else is") {
  CHECK(EqualsIgnoringCase("AbC-1", "aBc-1"));
  CHECK_FALSE(EqualsIgnoringCase("a", "ab"));
  CHECK_FALSE(EqualsIgnoringCase("[", "{"));
  CHECK_FALSE(EqualsIgnoringCase("@", "`"));
}

TEST_CASE("text that is no header lines ends the walk") {
  CHECK(WithHeaders("no colon\r\nA: b\r\n").headers().begin() == HttpFields().end());
  CHECK(WithHeaders("A: no end").headers().begin() == HttpFields().end());
}

TEST_CASE("iterators over headers are values that can be kept and compared") {
  const HttpRequest request = WithHeaders("A: 1\r\nB: 2\r\n");
  const HttpFields fields = request.headers();
  auto first = fields.begin();
  const auto before = first++;
  CHECK(before->name == "A");
  CHECK(first->name == "B");
  CHECK(before != first);
  CHECK(++first == fields.end());
  static_assert(std::forward_iterator<HttpFields::Iterator>);
}

TEST_CASE("path and query are taken from every form of target") {
  CHECK(WithTarget("/a/b").path() == "/a/b");
  CHECK(WithTarget("/a?b?c").path() == "/a");
  CHECK(WithTarget("/a?b?c").query() == "b?c");
  CHECK(WithTarget("/a").query().empty());
  CHECK(WithTarget("/a?").query().empty());
  CHECK(WithTarget("/a://b?c").path() == "/a://b");
  CHECK(WithTarget("http://h:1/a?b").path() == "/a");
  CHECK(WithTarget("http://h:1/a?b").query() == "b");
  CHECK(WithTarget("https://h").path() == "/");
  CHECK(WithTarget("http://h?q=/x").path() == "/");
  CHECK(WithTarget("http://h?q=/x").query() == "q=/x");
  CHECK(WithTarget("*").path() == "*");
  CHECK(HttpRequest({.target = "h:443", .method = HttpMethod::kConnect}).path() == "h:443");
}

TEST_CASE("a token is found in a list however it is written") {
  CHECK(ListHasToken("close", "close"));
  CHECK(ListHasToken("Keep-Alive, \tCLOSE ,x", "close"));
  CHECK(ListHasToken(",,close", "close"));
  CHECK_FALSE(ListHasToken("closed", "close"));
  CHECK_FALSE(ListHasToken("not close", "close"));
  CHECK_FALSE(ListHasToken("", "close"));
}

}  // namespace
}  // namespace edgewise
