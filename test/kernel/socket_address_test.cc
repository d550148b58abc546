// The written form of addresses: what is read, what is refused and how, and what is printed.
#include "reactor/kernel/socket_address.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "reactor/kernel/text.h"

namespace edgewise::kernel_test {
namespace {

constexpr std::string_view kHint =
    "; an address looks like 127.0.0.1:8080, [::1]:8080 or unix:/path";

SocketAddress Parsed(std::string_view text) {
  const absl::StatusOr<SocketAddress> address = SocketAddress::Parse(text);
  INFO(address.status().ToString());
  REQUIRE(address.ok());
  return *address;
}

// The part of the refusal between the quoted text and the hint.
std::string Refusal(std::string_view text) {
  const absl::StatusOr<SocketAddress> address = SocketAddress::Parse(text);
  CAPTURE(text);
  REQUIRE_FALSE(address.ok());
  CHECK(address.status().code() == absl::StatusCode::kInvalidArgument);
  const std::string message(StdView(address.status().message()));
  const std::string start = "\"" + std::string(text) + "\": ";
  REQUIRE(message.starts_with(start));
  REQUIRE(message.ends_with(kHint));
  return message.substr(start.size(), message.size() - start.size() - kHint.size());
}

}  // namespace

TEST_CASE("an IPv4 address is read into its four bytes and its port", "[address]") {
  const SocketAddress address = Parsed("192.168.7.9:8080");
  CHECK(address.family() == AddressFamily::kIpv4);
  CHECK(address.port() == 8080);
  CHECK(address == SocketAddress::Ipv4({192, 168, 7, 9}, 8080));
  CHECK(address.path().empty());
}

TEST_CASE("localhost, a star and nothing stand for IPv4 hosts", "[address]") {
  CHECK(Parsed("localhost:80") == SocketAddress::Ipv4({127, 0, 0, 1}, 80));
  CHECK(Parsed("*:80") == SocketAddress::Ipv4({0, 0, 0, 0}, 80));
  CHECK(Parsed(":80") == SocketAddress::Ipv4({0, 0, 0, 0}, 80));
}

TEST_CASE("ports from 0 to 65535 are read", "[address]") {
  CHECK(Parsed("127.0.0.1:0").port() == 0);
  CHECK(Parsed("127.0.0.1:65535").port() == 65535);
  CHECK(Parsed("127.0.0.1:0080").port() == 80);
}

TEST_CASE("an IPv6 address is read from brackets, with the number of an interface", "[address]") {
  const SocketAddress loopback = Parsed("[::1]:443");
  CHECK(loopback.family() == AddressFamily::kIpv6);
  CHECK(loopback.port() == 443);
  CHECK(loopback.ip()[15] == 1);
  CHECK(loopback.scope() == 0);
  const SocketAddress local = Parsed("[fe80::7%3]:80");
  CHECK(local.ip()[0] == 0xfe);
  CHECK(local.scope() == 3);
  CHECK(local != Parsed("[fe80::7]:80"));
}

TEST_CASE("an AF_UNIX address is a path, or an abstract name after an at sign", "[address]") {
  CHECK(Parsed("unix:/run/service.sock") == SocketAddress::Unix("/run/service.sock"));
  CHECK(Parsed("unix:relative") == SocketAddress::Unix("relative"));
  CHECK(Parsed("unix:@name").path() == std::string_view("\0name", 5));
  const std::string longest(SocketAddress::kUnixPathMax, 'p');
  CHECK(Parsed("unix:" + longest).path() == longest);
}

TEST_CASE("each refused address is told what is wrong with it", "[address]") {
  CHECK(Refusal("") == "there is no port");
  CHECK(Refusal("127.0.0.1") == "there is no port");
  for (const char* text : {"127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:-1",
                           "127.0.0.1:+1", "127.0.0.1: 80", "127.0.0.1:80 ", "[::1]"}) {
    CHECK(Refusal(text) == "the port is not a number from 0 to 65535");
  }
  for (const char* text : {"[]:80", "[:::]:80", "[127.0.0.1]:80", "[::1%]:80", "[::1%lo]:80",
                           "[::1%-1]:80", "[::1%4294967296]:80"}) {
    CHECK(Refusal(text) == "what is between the brackets is not an IPv6 address");
  }
  for (const char* text : {"::1:80", "[::1:80", "::1]:80"}) {
    CHECK(Refusal(text) == "an IPv6 address needs brackets");
  }
  for (const char* text : {"example.org:80", "127.0.0:80", "127.0.0.256:80", "1:80", " 1.2.3.4:80",
                           "LOCALHOST:80", "**:80", "[:80"}) {
    CHECK(Refusal(text) == "the host is not an IPv4 address (no name service is asked)");
  }
  CHECK(Refusal("unix:") == "the path is empty");
  const std::string too_long(SocketAddress::kUnixPathMax + 1, 'p');
  CHECK(Refusal("unix:" + too_long) == "the path is longer than 107 bytes");
}

TEST_CASE("a zero byte is refused wherever it stands", "[address]") {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text :
       {"127.0.0.1\0.example.org:80"sv, "[::1\0]:80"sv, "unix:/a\0b"sv, "unix:\0a"sv}) {
    CHECK(Refusal(text) == "it contains a zero byte");
  }
}

TEST_CASE("what is printed is read back as the same address", "[address]") {
  const std::string text =
      GENERATE("127.0.0.1:0", "255.255.255.255:65535", "[::]:80", "[2001:db8::7]:8080",
               "[fe80::1%12]:80", "[::ffff:127.0.0.1]:80", "unix:/run/a:b.sock", "unix:@abstract");
  CHECK(Parsed(text).ToString() == text);
  CHECK(Parsed(Parsed(text).ToString()) == Parsed(text));
}

TEST_CASE("no address prints as such, and equals itself only", "[address]") {
  CHECK(SocketAddress().ToString() == "(no address)");
  CHECK(SocketAddress() == SocketAddress());
  CHECK(SocketAddress() != SocketAddress::Unix(""));
  CHECK(SocketAddress() != SocketAddress::Ipv4({0, 0, 0, 0}, 0));
  // The other end of a socket pair, or of a client that did not bind.
  CHECK(SocketAddress::Unix("").ToString() == "unix:");
}

TEST_CASE("WithPort changes the port of a copy", "[address]") {
  const SocketAddress before = Parsed("[fe80::1%12]:80");
  const SocketAddress after = before.WithPort(81);
  CHECK(before.port() == 80);
  CHECK(after.ToString() == "[fe80::1%12]:81");
}

TEST_CASE("addresses differ in each of their parts", "[address]") {
  CHECK(Parsed("127.0.0.1:1") != Parsed("127.0.0.1:2"));
  CHECK(Parsed("127.0.0.1:1") != Parsed("127.0.0.2:1"));
  CHECK(Parsed("[::]:1") != Parsed("0.0.0.0:1"));
  CHECK(Parsed("unix:/a") != Parsed("unix:/b"));
  CHECK(Parsed("unix:@a") != Parsed("unix:a"));
}

}  // namespace edgewise::kernel_test
