// Requests of every kind, drawn by chance; their answers, compared.
#include "test/sim/http_exchange.h"

#include <charconv>
#include <iterator>

#include "test/sim/http_response_text.h"

namespace edgewise::sim_test {
namespace {

// Of the codec that HttpSite is served with: http_scenario.cc.
constexpr std::string_view kHost = "Host: site\r\n";

struct Mistake {
  std::string_view text;
  int status;
};
constexpr Mistake kMistakes[] = {
    {"GET /now/1/1/0/0 HTTP/1.1\r\n\r\n", 400},
    {"GET  /now/1/1/0/0 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /now/1/1/0/0 HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"GET /now/1/1/0/0 HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"GET /now/1/1/0/0 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"GET /now/1/1/0/0 HTTP/1.1\r\nHost: a\r\nx : b\r\n\r\n", 400},
    {"POST /now/1/1/0/0 HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n", 400},
    {"POST /now/1/1/0/0 HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413},
    {"POST /now/1/1/0/0 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
    {"POST /now/1/1/0/0 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdeX", 400},
    {"POST /now/1/1/0/0 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
    {"POST /now/1/1/0/0 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
     "1\r\na\r\nfffffff\r\n",
     413},
    {"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
};

std::size_t NextNumber(std::string_view& text) {
  std::size_t number = 0;
  if (text.starts_with('/')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  static_cast<void>(error);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::string Chunked(sim::Simulation& simulation, std::string_view body) {
  std::string text;
  while (!body.empty()) {
    const std::size_t count =
        1 + simulation.Pick(static_cast<std::uint32_t>(body.size() < 9000 ? body.size() : 9000));
    char digits[16];
    const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), count, 16);
    static_cast<void>(error);
    text.append(digits, end);
    if (simulation.Pick(4) == 1) text += ";name=\"a value\"";
    text += "\r\n";
    text += body.substr(0, count);
    text += "\r\n";
    body.remove_prefix(count);
  }
  text += "0\r\n";
  if (simulation.Pick(4) == 1) text += "X-Trailer: there\r\n";
  return text + "\r\n";
}

// The two ways of saying where a request's body ends.
void AddBody(sim::Simulation& simulation, HttpExchange& exchange, const std::string& body) {
  if (simulation.Pick(2) == 0) {
    exchange.head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    exchange.body = body;
  } else {
    exchange.head += "Transfer-Encoding: chunked\r\n";
    exchange.body = Chunked(simulation, body);
  }
}

HttpWish DrawWish(sim::Simulation& simulation, const HttpDraw& draw, std::size_t salt) {
  constexpr std::size_t kSizes[] = {12, 0, 1, 500, 5000, 20'000, 90'000};
  constexpr std::size_t kBodySizes[] = {3, 0, 1, 700, 9000, 40'000};
  HttpWish wish{.salt = salt};
  wish.mode = draw.modes[simulation.Pick(static_cast<std::uint32_t>(draw.modes.size()))];
  wish.bytes = kSizes[simulation.Pick(std::size(kSizes))];
  wish.body_bytes = kBodySizes[simulation.Pick(std::size(kBodySizes))];
  wish.delay = simulation.Pick(draw.delay_max + 1);
  return wish;
}

HttpExchange DrawExchange(sim::Simulation& simulation, const HttpDraw& draw, std::size_t salt) {
  HttpExchange exchange;
  HttpWish wish = DrawWish(simulation, draw, salt);
  const std::uint32_t method = simulation.Pick(3);  // GET, POST, HEAD
  const bool small = draw.has_small && method == 1 && simulation.Pick(12) == 1;
  if (small) wish.mode = "small";
  if (method != 1) wish.body_bytes = 0;
  const std::string version = simulation.Pick(10) == 1 && !small ? "1.0" : "1.1";
  constexpr std::string_view kMethods[] = {"GET ", "POST ", "HEAD "};
  exchange.is_head = method == 2;
  exchange.target = wish.Target();
  exchange.answer = wish.Body();
  exchange.head = std::string(kMethods[method]) + exchange.target + " HTTP/" + version + "\r\n";
  exchange.head += kHost;
  const bool old = version == "1.0";
  exchange.closes = old;
  if (simulation.Pick(12) == 1) {
    exchange.closes = !old;
    exchange.head += old ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
    // Its length is not said in advance, so the connection ends it.
    if (old && (wish.mode == "pieces" || wish.mode == "ticks" || wish.mode == "source"))
      exchange.closes = true;
  }
  const std::string body = HttpPattern(wish.body_bytes, wish.salt + 1);
  if (method == 1 && old) {
    exchange.head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    exchange.body = body;
  } else if (method == 1) {
    AddBody(simulation, exchange, body);
    exchange.expects = simulation.Pick(4) == 1;
    if (exchange.expects) exchange.head += "Expect: 100-continue\r\n";
  }
  exchange.head += "\r\n";
  if (small && wish.body_bytes > 500) {
    exchange.status = 413;
    exchange.target.clear();
    exchange.closes = true;
  }
  return exchange;
}

}  // namespace

std::string HttpPattern(std::size_t count, std::size_t salt) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<char>('a' + (salt * 7 + i + i / 26) % 26);
  }
  return bytes;
}

std::string HttpWish::Target() const {
  return "/" + mode + "/" + std::to_string(bytes) + "/" + std::to_string(salt) + "/" +
         std::to_string(body_bytes) + "/" + std::to_string(delay);
}

HttpWish HttpWish::Of(std::string_view target) {
  HttpWish wish;
  target.remove_prefix(1);
  wish.mode = target.substr(0, target.find('/'));
  target.remove_prefix(wish.mode.size());
  wish.bytes = NextNumber(target);
  wish.salt = NextNumber(target);
  wish.body_bytes = NextNumber(target);
  wish.delay = static_cast<std::uint32_t>(NextNumber(target));
  return wish;
}

std::string HttpWish::Body() const { return HttpPattern(bytes, salt); }

std::string HttpWish::Wide() const { return salt % 4 == 3 ? HttpPattern(4000, salt + 2) : "no"; }

std::vector<HttpExchange> DrawExchanges(sim::Simulation& simulation, const HttpDraw& draw) {
  std::vector<HttpExchange> exchanges;
  const std::uint32_t count = 1 + simulation.Pick(draw.count_max);
  const std::uint32_t broken = draw.mistakes == HttpMistakes::kAny ? simulation.Pick(3 * count) : 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (broken == 0 || i != broken) {
      exchanges.push_back(DrawExchange(simulation, draw, i));
      if (i + 1 >= draw.requests_max) exchanges.back().closes = true;
      continue;
    }
    const Mistake& mistake = kMistakes[simulation.Pick(std::size(kMistakes))];
    HttpExchange& exchange = exchanges.emplace_back();
    exchange.head = mistake.text;
    exchange.status = mistake.status;
    exchange.closes = exchange.breaks = true;
  }
  return exchanges;
}

}  // namespace edgewise::sim_test
