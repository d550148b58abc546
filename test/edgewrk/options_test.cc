// Every command line that wrk's and wrk2's documents show is taken, and wrong ones are refused in
// one line that says why.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <sstream>

#include "bench/edgewrk/edgewrk_options.h"
#include "bench/edgewrk/request_text.h"
#include "reactor/kernel/text.h"

namespace edgewise::wrk {
namespace {

using std::chrono::seconds;

absl::StatusOr<EdgewrkOptions> Parse(const std::vector<std::string>& words) {
  std::vector<std::string> copy = words;
  copy.insert(copy.begin(), "edgewrk");
  std::vector<char*> argv;
  for (std::string& word : copy) argv.push_back(word.data());
  argv.push_back(nullptr);
  return ParseEdgewrkOptions(static_cast<int>(copy.size()), argv.data());
}

absl::StatusOr<EdgewrkOptions> ParseLine(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return Parse(words);
}

std::string WhyNot(const std::vector<std::string>& words) {
  const absl::StatusOr<EdgewrkOptions> options = Parse(words);
  return options.ok() ? std::string() : std::string(StdView(options.status().message()));
}

TEST_CASE("the command lines of wrk's and wrk2's documents work unchanged") {
  const auto wrk = ParseLine("-t12 -c400 -d30s http://127.0.0.1:8080/index.html");
  REQUIRE(wrk.ok());
  CHECK(wrk->plan.threads == 12);
  CHECK(wrk->plan.connections == 400);
  CHECK(wrk->plan.duration == seconds(30));
  CHECK_FALSE(wrk->plan.open_loop());
  CHECK(wrk->plan.url.host == "127.0.0.1");
  CHECK(wrk->plan.url.port == "8080");
  CHECK(wrk->plan.url.target == "/index.html");
  CHECK_FALSE(wrk->show_latency);

  const auto wrk2 = ParseLine("-t2 -c100 -d30s -R2000 --latency http://127.0.0.1:80/index.html");
  REQUIRE(wrk2.ok());
  CHECK(wrk2->plan.rate == 2000);
  CHECK(wrk2->show_latency);
  CHECK_FALSE(wrk2->show_raw_latency);

  for (const char* line :
       {"-t2 -c100 -d30s -R2000 http://127.0.0.1:8080/index.html",
        "-t2 -c100 -d30s -R2k -L http://127.0.0.1:80/index.html",
        "-t2 -c100 -d30s -R2000 -U http://127.0.0.1:80/index.html",
        "-t 2 -c 1k -d 2m --rate 1M --u_latency --batch_latency http://localhost/",
        "--threads=2 --connections=100 --duration=1h --timeout=5s --header=A:b http://localhost",
        "http://localhost:8080 -t1 -c1 -d10 -T 1 -B"}) {
    CAPTURE(line);
    CHECK(ParseLine(line).ok());
  }
}

TEST_CASE("without options everything is as in wrk") {
  const auto options = ParseLine("http://localhost/");
  REQUIRE(options.ok());
  CHECK(options->plan.threads == 2);
  CHECK(options->plan.connections == 10);
  CHECK(options->plan.duration == seconds(10));
  CHECK(options->plan.timeout == seconds(2));
  CHECK(options->plan.depth == 1);
}

TEST_CASE("what is wrong is said in one line, with what to do") {
  struct Row {
    std::vector<std::string> words;
    std::string_view says;
  };
  const auto row = GENERATE(
      Row{{"-s", "a.lua", "http://h/"}, "--script: Lua is not run here"},
      Row{{}, "there is no URL"}, Row{{"-c0", "http://h/"}, "--connections: not a whole number"},
      Row{{"-cx", "http://h/"}, "not a whole number from 1"},
      Row{{"-t3", "-c2", "http://h/"}, "number of connections must be >= threads"},
      Row{{"-d0", "http://h/"}, "--duration: not a time"},
      Row{{"-R0", "http://h/"}, "--rate: not above zero"},
      Row{{"-Hfoo", "http://h/"}, "--header: not 'Name: value'"},
      Row{{"-H", "A: b\r\nC: d", "http://h/"}, "--header: there is a line break"},
      Row{{"-t"}, "-t: an option that is unknown, or lacks its value"},
      Row{{"--arrivals", "random", "http://h/"}, "neither constant nor poisson"},
      Row{{"-R5", "--think", "1s", "http://h/"}, "--think is for a closed loop"},
      Row{{"--body", "@/nowhere/at/all", "http://h/"}, "--body: no file"},
      Row{{"--frobnicate", "http://h/"}, "--frobnicate: an option that is unknown"},
      Row{{"h:80"}, "there is no scheme"}, Row{{"ftp://h/"}, "the scheme is none of"},
      Row{{"https://h/"}, "TLS is not spoken yet"}, Row{{"http:///x"}, "there is no host"},
      Row{{"http://[::1/x"}, "a ']' is missing"}, Row{{"http://u:p@h/"}, "belong in -H"},
      Row{{"http://h/a b"}, "there is a space"}, Row{{"echo://h"}, "no port of its own"},
      Row{{"http+unix://relative"}, "an absolute path"});
  CAPTURE(row.says);
  const std::string why = WhyNot(row.words);
  CAPTURE(why);
  CHECK(why.find(row.says) != std::string::npos);
  CHECK(why.find('\n') == std::string::npos);
}

TEST_CASE("what --vs and --sweep would swallow is refused, in whatever order it comes") {
  struct Row {
    std::vector<std::string> words;
    std::string says;
  };
  const auto row = GENERATE(
      Row{{"--sweep", "--vs", "http://b/"}, "--sweep: not together"},
      Row{{"--vs", "http://b/", "--sweep"}, "--sweep: not together"},
      Row{{"--vs", "http://b/", "--assert", "p99<1s"}, "--assert"},
      Row{{"--vs", "http://b/", "--beside", "idle"}, "--beside"},
      Row{{"--vs", "http://b/", "--hgrm", "x"}, "--hgrm"},
      Row{{"--vs", "http://b/", "--server-pid", "1"}, "needs both"},
      Row{{"--vs", "frame://b:1"}, "the same protocol"}, Row{{"--vs", "b"}, "--vs: "},
      Row{{"--vs", "http://b/", "-L"}, "--latency"}, Row{{"--vs-pid", "1"}, "there is no --vs"},
      Row{{"--blocks", "9"}, "there is no --vs"}, Row{{"--sweep", "-R5"}, "chooses the rates"},
      Row{{"--sweep", "--think", "1s"}, "--think"},
      Row{{"--sweep", "--ramp-up", "1s"}, "--ramp-up"},
      Row{{"--sweep", "--server-pid", "1"}, "--server-pid"},
      Row{{"--beside", "rude"}, "--beside: "});
  std::vector<std::string> words = row.words;
  words.push_back("http://a/");
  const std::string why = WhyNot(words);
  CAPTURE(why);
  CHECK(why.find(row.says) != std::string::npos);
}

TEST_CASE("a comparison and a sweep have runs of a length of their own, unless one is given") {
  using Ask = EdgewrkOptions::Ask;
  const auto versus = ParseLine("--vs http://b/ --blocks 9 http://a/");
  REQUIRE(versus.ok());
  CHECK(versus->ask == Ask::kVersus);
  CHECK(versus->plan.duration == std::chrono::milliseconds(500));
  CHECK(versus->blocks == 9);
  const auto sweep = ParseLine("--sweep http://a/");
  REQUIRE(sweep.ok());
  CHECK(sweep->ask == Ask::kSweep);
  CHECK(sweep->plan.duration == seconds(1));
  CHECK(ParseLine("-d3s --sweep http://a/")->plan.duration == seconds(3));
  CHECK(ParseLine("-h --sweep")->ask == Ask::kHelp);
}

TEST_CASE("URLs of all kinds are taken apart") {
  const auto six = Url::Parse("http://[::1]:8080?q=1#fragment");
  REQUIRE(six.ok());
  CHECK(six->host == "::1");
  CHECK(six->port == "8080");
  CHECK(six->target == "/?q=1");
  CHECK(six->authority == "[::1]:8080");
  const auto unix_socket = Url::Parse("http+unix:///run/a.sock:/path?x");
  REQUIRE(unix_socket.ok());
  CHECK(unix_socket->socket_path == "/run/a.sock");
  CHECK(unix_socket->target == "/path?x");
  const auto echo = Url::Parse("echo+unix:///run/a.sock");
  REQUIRE(echo.ok());
  CHECK(echo->protocol == Protocol::kEcho);
  const auto resolved = Resolve(*Url::Parse("frame://127.0.0.1:9000"));
  REQUIRE(resolved.ok());
  CHECK(resolved->front() == SocketAddress::Ipv4({127, 0, 0, 1}, 9000));
  CHECK_FALSE(Resolve(*Url::Parse("http://no-such-host.invalid/")).ok());
}

TEST_CASE("a request is what a client would send") {
  const auto get = ParseLine("-H A:b http://h:8080/x?y");
  REQUIRE(get.ok());
  CHECK(*RequestText(*get) == "GET /x?y HTTP/1.1\r\nHost: h:8080\r\nA:b\r\n\r\n");
  const auto host = Parse({"-H", "host: other", "http://h/"});
  REQUIRE(host.ok());
  CHECK(*RequestText(*host) == "GET / HTTP/1.1\r\nhost: other\r\n\r\n");
  const auto post = Parse({"--body", "hello", "http://h/"});
  REQUIRE(post.ok());
  CHECK(*RequestText(*post) == "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
  const auto put = Parse({"--method", "PUT", "--body", "x", "http://h/"});
  REQUIRE(put.ok());
  CHECK(RequestText(*put)->starts_with("PUT / "));
  const auto frame = ParseLine("--payload 300 frame://h:1");
  REQUIRE(frame.ok());
  const std::string text = *RequestText(*frame);
  CHECK(text.size() == 304);
  CHECK(text.substr(0, 4) == std::string("\0\0\1\x2c", 4));
  CHECK_FALSE(RequestText(*Parse({"--method", "A B", "http://h/"})).ok());
}

}  // namespace
}  // namespace edgewise::wrk
