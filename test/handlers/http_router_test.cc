// Routes: which pattern takes which path, and what the others are told.
#include "handlers/http/http_router.h"

#include <catch2/catch_test_macros.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "reactor/kernel/text.h"

namespace edgewise::handlers_test {
namespace {

using Kind = HttpRouteMatch::Kind;

// Routes for GET, numbered from 0.
struct Table : HttpRouter {
  Table(std::initializer_list<std::string_view> patterns) {
    std::size_t number = 0;
    for (const std::string_view pattern : patterns) {
      REQUIRE(Add(HttpMethod::kGet, pattern, number++).ok());
    }
  }
  // The number, or -1.
  int Of(std::string_view path) const {
    const HttpRouteMatch match = Match(HttpMethod::kGet, path);
    return match.kind == Kind::kFound ? static_cast<int>(match.route) : -1;
  }
};

std::string WhyNot(std::string_view pattern) {
  HttpRouter router;
  return std::string(StdView(router.Add(HttpMethod::kGet, pattern, 0).message()));
}

}  // namespace

TEST_CASE("a path takes the route of its own texts, a trailing slash included") {
  const Table table{"/", "/users", "/users/", "/users/all"};
  CHECK(table.Of("/") == 0);
  CHECK(table.Of("/users") == 1);
  CHECK(table.Of("/users/") == 2);
  CHECK(table.Of("/users/all") == 3);
  for (const std::string_view path : {"", "*", "users", "/user", "/userss", "/Users", "/users/all/",
                                      "/users/al", "//", "//users", "/users//all", "host:80"}) {
    CAPTURE(path);
    CHECK(table.Of(path) == -1);
    CHECK(table.Match(HttpMethod::kGet, path).kind == Kind::kNoSuchPath);
  }
}

TEST_CASE("parameters stand for one segment, a rest for all that is left") {
  const Table table{"/users/{id}", "/users/{id}/posts/{post}", "/files/{path...}"};
  const HttpRouteMatch post = table.Match(HttpMethod::kGet, "/users/7/posts/a%20b%2Fc");
  REQUIRE(post.kind == Kind::kFound);
  CHECK(post.route == 1);
  CHECK(post.parameters.size() == 2);
  CHECK(post.parameters.Get("id") == "7");
  CHECK(post.parameters.Encoded("post") == "a%20b%2Fc");
  CHECK(post.parameters.Get("post") == "a b/c");
  CHECK_FALSE(post.parameters.Encoded("path").has_value());
  CHECK(post.parameters.Get("path").empty());
  CHECK(table.Match(HttpMethod::kGet, "/files/a/b%2e/c").parameters.Get("path") == "a/b./c");
  CHECK(table.Match(HttpMethod::kGet, "/files/a/").parameters.Get("path") == "a/");
  CHECK(table.Match(HttpMethod::kGet, "/files/").parameters.Encoded("path") == "");
  for (const std::string_view path :
       {"/users/", "/users/7/", "/users/7/posts", "/users/7/posts/", "/files"}) {
    CAPTURE(path);
    CHECK(table.Of(path) == -1);
  }
}

TEST_CASE("a text goes before a parameter, a parameter before a rest, and a dead end is left") {
  const Table table{"/{rest...}", "/a/{x}/c", "/a/b/d", "/a/{rest...}", "/{x}/b"};
  CHECK(table.Of("/a/b/d") == 2);
  CHECK(table.Of("/a/b/c") == 1);
  CHECK(table.Of("/a/b") == 3);
  CHECK(table.Of("/z/b") == 4);
  CHECK(table.Of("/z/c") == 0);
  CHECK(table.Match(HttpMethod::kGet, "/z/c").parameters.Get("rest") == "z/c");
  CHECK(table.Match(HttpMethod::kGet, "/a/b/z").parameters.Get("rest") == "b/z");
}

// Broken by comparing segments byte for byte: "/%75sers/7" and "/files/%2E%2e/x" tell.
TEST_CASE("encoding does not change what a path means, and opens no way out") {
  const Table table{"/users/{id}", "/files/{path...}"};
  CHECK(table.Of("/%75sers/7") == 0);
  CHECK(table.Of("/users%2F7") == -1);
  for (const std::string_view path :
       {"/files/..", "/files/../x", "/files/%2e%2e/x", "/files/%2E%2e", "/files/a/.%2e/b",
        "/files/./x", "/files/%2e", "/users/..", "/users/%2e%2E", "/../files/x"}) {
    CAPTURE(path);
    CHECK(table.Match(HttpMethod::kGet, path).kind == Kind::kNoSuchPath);
  }
  CHECK(table.Of("/files/...") == 1);
  CHECK(table.Of("/files/..a") == 1);
  for (const std::string_view path :
       {"/users/%", "/users/%2", "/users/%2/", "/users/%/1", "/users/%1:", "/users/%G1",
        "/users/%2g", "/users/%zz", "/users/a%00b", "/%"}) {
    CAPTURE(path);
    CHECK(table.Match(HttpMethod::kGet, path).kind == Kind::kBadPath);
  }
}

TEST_CASE("a path without that method tells which it has; HEAD is GET's") {
  HttpRouter router;
  REQUIRE(router.Add(HttpMethod::kGet, "/users/{id}", 0).ok());
  REQUIRE(router.Add(HttpMethod::kDelete, "/users/{name}", 1).ok());
  REQUIRE(router.Add(HttpMethod::kPost, "/users/me", 2).ok());
  REQUIRE(router.Add(HttpMethod::kHead, "/own", 3).ok());
  REQUIRE(router.Add(HttpMethod::kGet, "/own", 4).ok());
  CHECK(router.Match(HttpMethod::kHead, "/users/1").route == 0);
  CHECK(router.Match(HttpMethod::kHead, "/own").route == 3);
  // Names are the route's own.
  CHECK(router.Match(HttpMethod::kDelete, "/users/1").parameters.Get("name") == "1");
  // The text comes first, but has no such method.
  CHECK(router.Match(HttpMethod::kDelete, "/users/me").route == 1);
  CHECK(router.Match(HttpMethod::kPost, "/users/me").route == 2);
  const HttpRouteMatch put = router.Match(HttpMethod::kPut, "/users/me");
  CHECK(put.kind == Kind::kNoSuchMethod);
  CHECK(MethodNames(put.allowed) == "GET, HEAD, POST, DELETE");
  CHECK(router.Match(HttpMethod::kOther, "/users/1").kind == Kind::kNoSuchMethod);
  CHECK(router.Match(HttpMethod::kPut, "/none").kind == Kind::kNoSuchPath);
}

TEST_CASE("a pattern that cannot be meant is refused with the reason") {
  for (const auto& [pattern, why] : std::initializer_list<std::pair<const char*, const char*>>{
           {"users", "must begin with /"},
           {"", "must begin with /"},
           {"/a//b", "empty segment"},
           {"/a/../b", ". or .. segment"},
           {"/a%20b", "write it decoded"},
           {"/a?b", "write it decoded"},
           {"/a{b}", "whole segment"},
           {"/{b}a", "whole segment"},
           {"/{", "whole segment"},
           {"/}", "whole segment"},
           {"/{}", "needs a name"},
           {"/{...}", "needs a name"},
           {"/{a.b}", "needs a name"},
           {"/{a...}/b", "must be the last"},
           {"/{a}/{a}", "two parameters"},
           {"/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}", "more than 8"}}) {
    CAPTURE(pattern);
    CHECK(WhyNot(pattern).find(why) != std::string::npos);
  }
  CHECK(WhyNot("/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}").empty());
  HttpRouter router;
  REQUIRE(router.Add(HttpMethod::kGet, "/{a}", 0).ok());
  CHECK(absl::IsAlreadyExists(router.Add(HttpMethod::kGet, "/{b}", 1)));
  CHECK(router.Add(HttpMethod::kPut, "/{b}", 1).ok());
  CHECK_FALSE(router.Add(HttpMethod::kOther, "/c", 2).ok());
}

}  // namespace edgewise::handlers_test
