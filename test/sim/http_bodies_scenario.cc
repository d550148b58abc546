// Bodies: streamed both ways, events, files and parts of them, a disk that fails.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "handlers/http/http1.h"
#include "test/sim/http_bodies_site.h"
#include "test/sim/http_client.h"
#include "test/sim/scenarios.h"

namespace edgewise::sim_test {
namespace {

// The sizes of the files "/srv/0" and so on; the last one shrinks.
constexpr std::size_t kFileBytes[] = {100, 16'384, 16'385, 150'000, 120'000};
constexpr std::size_t kShrinks = std::size(kFileBytes) - 1;

std::string PathOf(std::size_t file) { return "/srv/" + std::to_string(file); }

struct Range {
  std::string_view text;
  std::size_t first;
  std::size_t last;  // beyond it
};
// Of a file of at least a hundred bytes; `last` counts from its end.
constexpr Range kRanges[] = {{"bytes=0-9", 0, 10}, {"bytes=7-", 7, 0}, {"bytes=50-98", 50, 99}};

HttpExchange DrawFile(sim::Simulation& simulation) {
  HttpExchange exchange;
  const auto file = simulation.Pick(std::size(kFileBytes));
  exchange.is_head = simulation.Pick(5) == 1;
  exchange.plain = exchange.may_fail = true;
  exchange.shrinks = file == kShrinks;
  exchange.answer = HttpPattern(kFileBytes[file], file);
  exchange.head = std::string(exchange.is_head ? "HEAD" : "GET") + " /files/" +
                  std::to_string(file) + " HTTP/1.1\r\nHost: a\r\n";
  const std::uint32_t part = simulation.Pick(6);
  if (part >= 1 && part <= 3 && !exchange.is_head && !exchange.shrinks) {
    const Range& range = kRanges[part - 1];
    exchange.head += "Range: " + std::string(range.text) + "\r\n";
    exchange.status = 206;
    const std::size_t last = range.last == 0 ? exchange.answer.size() : range.last;
    exchange.answer = exchange.answer.substr(range.first, last - range.first);
  } else if (part == 4 && !exchange.is_head) {
    exchange.head += "Range: bytes=9999999-\r\n";
    exchange.status = 416;
    exchange.plain = false;
  } else if (part == 5) {
    exchange.head = "GET /files/none HTTP/1.1\r\nHost: a\r\n";
    exchange.is_head = false;
    exchange.status = 404;
    exchange.plain = false;
  }
  exchange.head += "\r\n";
  return exchange;
}

HttpExchange DrawEvents(sim::Simulation& simulation, std::size_t salt) {
  const HttpWish wish{.mode = "events",
                      .bytes = simulation.Pick(40'000),
                      .salt = salt,
                      .delay = simulation.Pick(1000)};
  HttpExchange exchange;
  exchange.plain = true;
  exchange.head = "GET " + wish.Target() + " HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t i = 0; i < HttpEventCount(wish); ++i) exchange.answer += HttpEventText(wish);
  return exchange;
}

std::vector<HttpExchange> Draw(sim::Simulation& simulation) {
  const HttpDraw draw{.count_max = 4,
                      .mistakes = HttpMistakes::kNone,
                      .has_small = false,
                      .modes = {"up", "source", "sized"}};
  std::vector<HttpExchange> exchanges;
  for (std::uint32_t i = simulation.Pick(4); i != 0; --i) {
    exchanges.push_back(simulation.Pick(3) == 1 ? DrawEvents(simulation, i) : DrawFile(simulation));
  }
  std::vector<HttpExchange> others = DrawExchanges(simulation, draw);
  for (HttpExchange& exchange : others) {
    exchange.fails = !exchange.is_head && !exchange.target.empty() &&
                     HttpSourceFails(HttpWish::Of(exchange.target));
  }
  std::move(others.begin(), others.end(), std::back_inserter(exchanges));
  return exchanges;
}

void Shrink(sim::Simulation& simulation) {
  simulation.world().threads().WaitUntil(simulation.now() +
                                         std::chrono::microseconds(simulation.Pick(5000)));
  const std::size_t count = simulation.Pick(kFileBytes[kShrinks]);
  simulation.world().Mark("a file has shrunk");
  simulation.world().WriteFile(PathOf(kShrinks), HttpPattern(count, kShrinks));
}

}  // namespace

void HttpBodies(sim::Simulation& simulation) {
  for (std::size_t i = 0; i < std::size(kFileBytes); ++i) {
    simulation.world().WriteFile(PathOf(i), HttpPattern(kFileBytes[i], i));
  }
  auto files = HttpFiles::Open("/srv", {}, simulation.kernel());
  simulation.Check(files.ok(), "the files can be served");
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(2));
  options.connection = PatientConnections(simulation);
  Served served(simulation, std::move(options));
  served.server().ServeOn<Http1, HttpBodiesSite>("10.0.0.1:80", Http1({.body_bytes_max = 50'000}),
                                                 &served,
                                                 static_cast<const HttpFiles*>(files->get()));
  served.Start();
  if (simulation.Pick(2) == 1) simulation.AddThread("disk", [&] { Shrink(simulation); });
  const std::uint32_t clients = 1 + simulation.Pick(4);
  for (std::uint32_t i = 0; i < clients; ++i) {
    simulation.AddClient("client " + std::to_string(i), [&] {
      HttpClient(served, [&](HttpMistakes) { return Draw(simulation); }).Run();
    });
  }
  served.Run();
}

}  // namespace edgewise::sim_test
